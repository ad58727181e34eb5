"""Trace context and logs; neither ever holds anything personal."""
