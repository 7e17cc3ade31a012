"""Goods: the shelf, and what is sold with a visit."""
