"""What services have promised one another."""
