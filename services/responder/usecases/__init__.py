"""What can be done with the work on a complaint; each is one transaction."""
