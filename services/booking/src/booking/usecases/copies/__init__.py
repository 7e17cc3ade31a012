"""Keeping copies of what identity and fiscal own."""
