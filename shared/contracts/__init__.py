"""The wire between the services: what each event says. Versioned by topic name; a new field is optional, always."""
