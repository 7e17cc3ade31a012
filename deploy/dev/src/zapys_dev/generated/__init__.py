"""Writes the generated documents: events, refusals, settings, coverage of features."""
