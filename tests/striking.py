"""Processes that strike themselves with a signal at a chosen moment."""

import importlib
import os
import signal
import sys
from types import ModuleType


def arm(moment: str, number: int = signal.SIGKILL) -> None:
    """Signal this process at the n-th call of a function: ``module:attribute:n``."""
    module_name, path, count = moment.split(":")
    *owners, name = path.split(".")
    owner = importlib.import_module(module_name)
    for part in owners:
        owner = getattr(owner, part)
    original, calls = getattr(owner, name), [0]

    def wrapped(*args, **kwargs):
        calls[0] += 1
        if calls[0] == int(count):
            os.kill(os.getpid(), number)
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)
    for module in list(sys.modules.values()):  # that have imported it by its name
        if isinstance(module, ModuleType):
            for key in [key for key, value in vars(module).items() if value is original]:
                setattr(module, key, wrapped)
