"""What a complaint is owed, as pure functions: entries in, state and further entries out."""
