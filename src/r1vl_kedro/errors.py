"""Errors whose message is all that a user needs."""


class PlainError(Exception):
    """Says what is wrong, where, and what would be accepted; ``kedro run`` shows no traceback."""
