"""Locations, services, staff members."""
