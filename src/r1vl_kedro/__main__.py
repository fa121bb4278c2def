"""``python -m r1vl_kedro``: the same as ``kedro run`` in the project directory."""

import sys
from pathlib import Path

from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project


def main() -> None:
    """Run the project's ``run`` command with the arguments of the command line."""
    package = Path(__file__).parent.name
    configure_project(package)
    find_run_command(package)(sys.argv[1:], standalone_mode=not hasattr(sys, "ps1"))


if __name__ == "__main__":
    main()
