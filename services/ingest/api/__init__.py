"""ingest's HTTP routes."""
