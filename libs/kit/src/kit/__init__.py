"""Mechanism that two or more services use: database, messages, HTTP edge, access, telemetry."""
