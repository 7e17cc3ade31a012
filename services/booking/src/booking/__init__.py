"""Catalogue, schedules, availability, bookings and clients."""
