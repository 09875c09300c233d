"""Trials in the browser: rows, the door to them, every write, and one page a view."""
