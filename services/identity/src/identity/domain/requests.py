"""Requests for rights: how long they wait and what of them becomes true."""

from datetime import timedelta

WAITS = timedelta(days=14)
"""A request that nobody decided lapses."""

APPROVAL_LIFE = timedelta(minutes=30)
"""An approved act is to be done soon: later the approver would not know it again."""
