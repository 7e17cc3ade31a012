"""Stand-ins that speak the protocols of the outside providers."""
