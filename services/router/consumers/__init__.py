"""What the router does with the records of the topics it reads."""
