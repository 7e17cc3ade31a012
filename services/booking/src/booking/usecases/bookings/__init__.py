"""Holding, booking, moving, ending."""
