"""The router: what a complaint is about, which one it belongs to, and who answers it."""
