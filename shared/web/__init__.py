"""What the three services share of HTTP: problems, access, lists, health, and the application around them."""
