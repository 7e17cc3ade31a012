"""Mechanism that two or more services use."""
