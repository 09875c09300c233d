"""The version, in a room of its own so that every floor may write it down."""

__version__ = "0.1.0"
