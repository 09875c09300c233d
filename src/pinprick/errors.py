"""What can go wrong, in four words: the plan, the diary, the file, the computation.

Every message is meant for a person and says the value, what is allowed, where, and what to do.
"""


class PinprickError(Exception):
    """Base of every error that Pinprick raises on purpose."""


class ProtocolError(PinprickError, ValueError):
    """The plan of a trial makes no sense: an outcome, a schedule or a decision rule."""


class DiaryError(PinprickError, ValueError):
    """An entry or a diary does not fit: a day, a treatment or a rating."""


class FileError(PinprickError, ValueError):
    """A file cannot be read or written as what it claims to be."""


class ComputationError(PinprickError, RuntimeError):
    """A quantity could not be computed, and no honest value can stand in for it."""
