"""The way to a booking: where, what, who, when, contact, code."""
