"""What the router can do, each use in a module of its own."""
