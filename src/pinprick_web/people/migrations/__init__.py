"""The database, one step at a time."""
