"""Acquirers of card payments: LiqPay, monobank, WayForPay."""
