"""What the responder makes of the events of others."""
