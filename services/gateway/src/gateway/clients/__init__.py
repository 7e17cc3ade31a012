"""Typed clients of the four services, for pages."""
