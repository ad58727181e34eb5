"""Stands in for the world outside: a mail relay and vendors' APIs that keep what they are given and send nothing."""
