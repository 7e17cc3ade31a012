"""Rules of money and receipts; pure, without clock and I/O."""
