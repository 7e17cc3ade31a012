"""The journal that is mailed."""
