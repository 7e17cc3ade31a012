"""The public API: what is passed on to services, and the few addresses that the gateway answers itself."""
