"""Changing the phone one signs in with."""
