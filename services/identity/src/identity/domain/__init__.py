"""Rules of signing in, addresses and rights: pure, without clock and database."""
