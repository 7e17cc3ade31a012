"""Acquirers of card payments: a hosted page, and signed notices of what happened on it."""
