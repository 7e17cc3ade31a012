"""The demo account: made through the public API alone, as a salon would do it."""

from zapys_dev.demo.account import ensure

__all__ = ["ensure"]
