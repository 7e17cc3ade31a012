"""A small service that says and hears one event: it stands for all services in the tests of the kit."""
