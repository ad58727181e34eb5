"""What ingest does, one module a use."""
