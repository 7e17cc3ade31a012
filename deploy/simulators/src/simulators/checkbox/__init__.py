"""Checkbox: the fiscal cash registers, their cashiers, shifts and receipts."""

from simulators.checkbox.provider import Checkbox

__all__ = ["Checkbox"]
