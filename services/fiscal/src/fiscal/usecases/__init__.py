"""What fiscal can do, a verb per file."""
