"""HTTP edge of fiscal."""
