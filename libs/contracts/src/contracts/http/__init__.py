"""HTTP bodies that the gateway and one service share, a module per owner."""
