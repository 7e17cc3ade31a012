"""Figures over the visits of a period. Every report counts the rows of `VISITS` and no others."""
