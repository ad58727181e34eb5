"""The responder's doors."""
