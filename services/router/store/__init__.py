"""What the router keeps, and the SQL that reads and writes it."""
