"""The project's own command line and what it deploys."""
