"""The rulebook: what a team decides by, kept as data, read as a whole and never half."""
