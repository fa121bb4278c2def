"""Processes that strike themselves with a signal at a chosen moment.

As a command, ``striking.py <moment> run ...`` is ``kedro run ...`` that is killed there.
"""

import importlib
import os
import signal
import sys


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


if __name__ == "__main__":
    arm(sys.argv.pop(1))
    from kedro.framework.cli import main

    sys.argv[0] = "kedro"
    main()
