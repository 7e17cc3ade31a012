"""Nouns and rules of booking: pure, without a clock and without I/O."""
