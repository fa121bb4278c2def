"""Where the MLflow store and its artifacts are, and what to do where it cannot be used."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from pydantic import Field

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.parameters import Options
from r1vl_kedro.scrubbing import scrub

logger = logging.getLogger(__name__)
_SQLITE = b"SQLite format 3\0"
FILE = "sqlite:///"
ARTIFACTS = "mlartifacts"
"""The folder of artifacts beside an SQLite store."""
_PASSED_ON = re.compile(r"(databricks|databricks-uc|uc)$|[a-z][a-z0-9+.-]*:/", re.IGNORECASE)
_HOST = re.compile(
    r"[\w.-]+:\d+(/|$)|localhost(/|$)|[\w-]+(\.[\w-]+)*\.(?!db|sqlite3?)[\w-]+(/|$)", re.IGNORECASE
)
_WAYS_OUT = "name another, or set tracking.enabled=false"


class TrackingOptions(Options):
    """``parameters.tracking``."""

    enabled: bool = True
    uri: str = Field("mlflow.db", min_length=1)
    """A file name (SQLite, in the project) or a URI of an MLflow store."""
    experiment: str = Field("r1vl_kedro", min_length=1)
    """Other environments than the default one get ``<experiment>/<environment>``."""


class StoreError(UserFacingError, ConnectionError):
    """The store that ``tracking.uri`` names cannot be used."""


def resolve_uri(uri: str, project_path: Path) -> str:
    """Make a store absolute: a file name is an SQLite file in the project, a URI stays as it is.

    Raises:
        StoreError: a host without a scheme, an address without ``//``, or a path that no SQLite URI
            can hold.
    """
    uri = uri.strip()
    if _PASSED_ON.match(uri):
        return uri
    if _HOST.match(uri):
        raise StoreError(
            f"tracking.uri is {scrub(uri)!r}, a host without a scheme; write http://{scrub(uri)}, "
            "or the name of a file, such as mlflow.db"
        )
    if set(":@") & set(uri.partition("/")[0]):
        raise StoreError(
            f"tracking.uri is {uri.rpartition('@')[2]!r:.200}, neither an address with :// nor a "
            "file name; write one such as http://localhost:5000, sqlite:////data/x.db or mlflow.db"
        )
    path = (project_path / Path(uri).expanduser()).resolve()
    if set("?#%") & set(str(path)):
        raise StoreError(
            f"tracking.uri: the path {path} holds one of ? # %, which the URI of an SQLite store "
            "cannot; name a file elsewhere, such as /var/tmp/mlflow.db, or set "
            "tracking.enabled=false"
        )
    return f"{FILE}{path}"


def chosen(name: str, variable: str, options: TrackingOptions) -> str:
    """Return what the environment names in place of an option left at its default, else that."""
    given, named = getattr(options, name), os.environ.get(variable, "").strip()
    if named in ("", given) or given != TrackingOptions.model_fields[name].default:
        return given
    logger.info("%s names %s, in place of tracking.%s", variable, scrub(named), name)
    return named


def filed_in(options: TrackingOptions, root: Path, env: str | None) -> tuple[str, str, Path]:
    """Return the URI, the experiment and the artifacts' folder of a project's environment.

    Artifacts lie beside an SQLite store, else in the project.

    Raises:
        StoreError: see `resolve_uri`.
    """
    uri = resolve_uri(chosen("uri", "MLFLOW_TRACKING_URI", options), root)
    experiment = chosen("experiment", "MLFLOW_EXPERIMENT_NAME", options)
    experiment += f"/{env}" if env not in (None, "local") else ""
    beside = Path(uri.removeprefix(FILE)).parent if uri.startswith(FILE) else root
    return uri, experiment, beside / ARTIFACTS / experiment


def check_file(uri: str) -> None:
    """Check an SQLite store's file; MLflow would try for two minutes. Other stores are not asked.

    Raises:
        StoreError: a directory, a file of something else, or where nothing can be written.
    """
    if not uri.startswith(FILE):
        return
    path = Path(uri.removeprefix(FILE).partition("?")[0])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            problem = "is a directory"
        elif path.is_file() and _start_of(path) not in (b"", _SQLITE):
            problem = "is no SQLite database"
        elif not os.access(path if path.exists() else path.parent, os.W_OK):
            problem = "cannot be written"
        else:
            return
    except OSError as error:
        problem = f"cannot be used: {error.strerror}"
    raise StoreError(
        f"tracking.uri: {path} {problem}; name a file to make there, such as mlflow.db, or set "
        "tracking.enabled=false"
    )


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_SQLITE))


def refusal(uri: str, experiment: str, error: Exception, what: str) -> StoreError:
    """Word an error of the store by its cause.

    Args:
        what: what the store did not do, such as ``does not answer``.
    """
    said, shown = words(error), scrub(uri)
    code = _status(error)
    if code in (401, 403):
        hint = (
            f"it refuses access ({code}); set MLFLOW_TRACKING_USERNAME and "
            "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
        )
        return StoreError(f"the MLflow store {shown} (parameter tracking.uri): {hint}")
    invalid = "INVALID_PARAMETER_VALUE" in str(getattr(error, "error_code", ""))
    if invalid and re.search(r"'name'|\bexperiment", said):  # else of the address
        return StoreError(f"tracking.experiment {experiment!r:.200} is refused by {shown}: {said}")
    return StoreError(
        f"the MLflow store {shown} (parameter tracking.uri) {what}: {said}; "
        f"make it reachable and writable, {_WAYS_OUT}"
    )


def _status(error: Exception) -> int | None:
    found = re.search(r"error code (\d{3})", str(error))
    if found:
        return int(found[1])
    return {"UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403}.get(getattr(error, "error_code", ""))


def words(error: BaseException) -> str:
    """Word an error in at most 200 characters: a driver's own words where it was one's."""
    inner = getattr(error, "orig", None) or getattr(error.__cause__, "orig", None) or error
    lines = scrub(str(inner)).strip().splitlines()
    return f"{lines[0] if lines else type(inner).__name__:.200}"
