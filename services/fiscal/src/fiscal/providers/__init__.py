"""Outside systems that fiscal speaks to."""
