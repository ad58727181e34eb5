"""What the tests stand on: a real PostgreSQL, a real Kafka, and the three services as processes."""
