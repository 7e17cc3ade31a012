"""Nouns and rules of messages: pure, without clock and without I/O."""
