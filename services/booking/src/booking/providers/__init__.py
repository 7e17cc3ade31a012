"""Outside systems that booking asks: the domain name system."""
