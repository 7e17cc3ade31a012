"""The public side: puzzles, own domains."""
