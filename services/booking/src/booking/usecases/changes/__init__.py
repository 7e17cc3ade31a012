"""Changes that may hit bookings: seen first, then carried out whole, with a choice for every booking hit."""
