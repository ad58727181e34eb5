"""ingest's rows: the statements, each set of them in the caller's transaction."""
