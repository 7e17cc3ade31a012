"""A second factor beside the phone: set up, asked for, removed, taken off when it is lost."""
