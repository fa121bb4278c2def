"""Errors that end a training."""

from r1vl_kedro.errors import UserFacingError


class TrainingError(UserFacingError, RuntimeError):
    """Training cannot start or go on; the message names the value, where it is and a way out."""


class Interrupted(SystemExit):
    """A signal ended training after its state was saved; the exit code is 128 + signal."""

    def __init__(self, signal_number: int, where: str):
        super().__init__(128 + signal_number)
        self.where = where

    def __str__(self) -> str:
        return f"interrupted by signal {self.code - 128}; {self.where}"
