"""What made a report: the code's commit and the versions of what it stands on."""

import platform
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGES = (
    "r1vl_kedro",
    "torch",
    "transformers",
    "trl",
    "accelerate",
    "datasets",
    "kedro",
    "mlflow",
    "rapidfuzz",
    "numpy",
    "pandas",
    "plotly",
)


def versions() -> dict[str, str]:
    """Python's and the packages' versions; packages that are not installed are left out."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_commit(directory: Path | None = None) -> str:
    """The checkout's commit, with ``(with uncommitted changes)`` where there are any.

    Args:
        directory: any folder of the checkout; the package's own by default.
    """
    directory = directory or Path(__file__).parent
    try:
        commit = _git(directory, "rev-parse", "HEAD")
        changed = _git(directory, "status", "--porcelain", "--untracked-files=no")
    except FileNotFoundError:
        return "unknown: git is not installed"
    except subprocess.CalledProcessError:
        return "unknown: not a git checkout"
    return f"{commit} (with uncommitted changes)" if changed else commit


def _git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(directory), *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.stdout.strip()
