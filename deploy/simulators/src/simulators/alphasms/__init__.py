"""AlphaSMS: the JSON API, where success is judged per package and per item."""

from simulators.alphasms.provider import AlphaSms

__all__ = ["AlphaSms"]
