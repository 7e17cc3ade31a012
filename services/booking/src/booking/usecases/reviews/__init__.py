"""What clients write after a visit."""
