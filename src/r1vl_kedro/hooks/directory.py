"""Relative paths of the configuration are those of the project, wherever a run is started."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl

from r1vl_kedro import scratch


class DirectoryHooks:
    """Runs in the project's directory, also from a subfolder, a notebook or another program."""

    def __init__(self) -> None:
        self._before: Path | None = None

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Change to the project's directory, and remove what killed runs left in TMPDIR."""
        scratch.sweep()
        if self._before is None:
            self._before = Path.cwd()
        os.chdir(run_params["project_path"])

    def restore(self) -> None:
        """Change back to the program's own directory."""
        if self._before is not None:
            os.chdir(self._before)
            self._before = None
