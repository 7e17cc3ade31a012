"""The HTTP edge: parse, call, answer."""
