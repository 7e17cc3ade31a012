"""Measurements: scripts that start the product on servers of its own, load it for a bounded time and print figures."""
