"""Starts Ascolto whole on one machine: PostgreSQL, Apache Kafka, the three services and stand-ins for the vendors."""
