"""The console: pages for operations and agents, standing on the same API as everybody else's."""
