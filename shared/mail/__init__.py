"""Mail: reading whatever bytes arrive without ever losing or choking on one, and writing what machines can thread."""
