"""What the responder does by itself: it sends, it fires clocks, it folds counters."""
