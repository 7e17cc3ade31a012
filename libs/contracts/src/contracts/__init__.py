"""Messages and shared values that cross a border between services."""
