"""What channels share when they speak with a vendor: its JSON, its answers, its files, its signatures."""
