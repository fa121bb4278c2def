"""Errors that a user can cause; ``kedro run`` prints their message in place of a traceback."""


class UserFacingError(Exception):
    """Name the offending value, where it was found and what would be accepted, in one sentence."""


class CheckpointError(UserFacingError):
    """A checkpoint cannot be read or written, or is no model; the message names the path."""
