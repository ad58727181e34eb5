"""The one pattern: a transaction with state, inbox and outbox; a relay to Kafka; a consumer that settles batches."""
