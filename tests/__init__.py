"""The tests of Zapys."""
