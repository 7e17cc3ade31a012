"""Payments by card: top-ups of the SMS balance, and money for bookings in advance."""
