"""ingest: takes complaints in from every door, makes them durable, and only then says yes."""
