"""What ingest does without being asked: listens for mail, polls, fetches media, folds counters."""
