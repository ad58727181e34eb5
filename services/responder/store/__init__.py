"""The responder's rows in PostgreSQL."""
