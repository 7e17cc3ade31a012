"""Reads that a page or a use case needs."""
