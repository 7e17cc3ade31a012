"""The tests of Zapys."""

from zapys_dev import bytecode

bytecode.keep()  # before anything else is imported, and for every process that a test starts
