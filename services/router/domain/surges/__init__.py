"""Recognises, while it happens, that many customers complain of the same thing."""
