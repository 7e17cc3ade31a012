"""Freed time goes to those who wait, to one person at a time."""
