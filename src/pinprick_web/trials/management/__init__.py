"""Commands of Django's own door."""
