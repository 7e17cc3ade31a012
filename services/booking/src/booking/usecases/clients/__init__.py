"""Cards of clients."""
