"""What the router does by itself from time to time."""
