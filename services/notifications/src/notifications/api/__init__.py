"""HTTP edge: parse, call, answer."""
