"""The command `ascolto`: what people do from a shell, beside the running services."""
