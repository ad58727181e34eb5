"""The rules by which the router thinks: pure, without clock, database or network."""
