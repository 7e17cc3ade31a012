"""Clients of the SMS providers, behind one small protocol."""

from .protocol import Checked, OutgoingSms, SmsProvider

__all__ = ["Checked", "OutgoingSms", "SmsProvider"]
