"""The mechanism on real parts: what must hold for every service."""
