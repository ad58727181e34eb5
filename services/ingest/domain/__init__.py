"""What ingest decides without touching anything."""
