"""Planning, templates, channels and delivery of messages."""
