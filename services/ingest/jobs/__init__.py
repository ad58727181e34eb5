"""What ingest does without being asked for as long as it lives: listens for mail, polls. What recurs, app.py lists."""
