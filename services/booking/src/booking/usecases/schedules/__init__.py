"""Working time and its exceptions."""
