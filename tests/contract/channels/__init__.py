"""One suite for every channel: what each has to bring is in `specimen.py`, beside the channel."""
