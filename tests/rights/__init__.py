"""Who may do what: every route of every service, seen by everybody."""
