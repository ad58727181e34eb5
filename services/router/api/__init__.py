"""What the router answers over HTTP."""
