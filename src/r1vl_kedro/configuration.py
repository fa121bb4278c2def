"""Kedro's configuration loader, with profiles that extend one another."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

from kedro.config import MissingConfigException, OmegaConfigLoader
from omegaconf import OmegaConf

from r1vl_kedro.errors import did_you_mean
from r1vl_kedro.parameters import ConfigurationError, check_choices
from r1vl_kedro.scratch import scratch_directory

logger = logging.getLogger(__name__)
KINDS = ("catalog", "credentials", "globals", "parameters")
"""How the names of the files that are read begin."""
FORMER = {"mulberry_records": "source_records"}
"""Catalog entries whose old name is accepted for one release."""

OURS = "r1vl_kedro.datasets."
PATHS = ("records_path", "image_root", "otherwise", "cache", "folder")
"""Keys of this project's datasets that are paths, beside those that Kedro knows."""


class ProfileConfigLoader(OmegaConfigLoader):
    """Read an environment on top of the one that its ``globals.yml`` names as ``extends``.

    The order is base, the extended environment, the environment itself. One level only: an
    environment that is extended extends none.

    Example ``conf/qwen2_5_vl_7b/globals.yml``::

        extends: qwen2_vl_7b
        data: data/qwen2_5_vl_7b
        model: Qwen2.5-VL-7B

    ``${conf:base/prompts/reasoning.txt}`` is the path of a file of the configuration in use, which
    may be the archive that ``kedro package`` makes, and ``${text:base/prompts/reasoning.txt}`` its
    text; ``${package:world/assets}`` is a path below the installed package.
    """

    _extended: str | None = None

    def __init__(self, conf_source: str | Path, *args: Any, **kwargs: Any):
        source = unpacked(conf_source)
        place = Path(source)
        resolvers = {
            "conf": lambda path: str(place.absolute() / path),
            "text": lambda path: (place / path).read_text(encoding="utf-8").rstrip("\n"),
            "package": lambda path: str(Path(__file__).parent / path),
        }
        for name, resolve in resolvers.items():  # Kedro's argument keeps those of an older loader
            OmegaConf.register_new_resolver(name, resolve, replace=True)
        super().__init__(source, *args, **kwargs)
        self._warn_of_shared_data()
        self._warn_of_unread_files()

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Return the merged configuration of a kind, such as ``parameters``.

        Raises:
            MissingConfigException: no file of this kind, or no environment of a name.
            ConfigurationError: ``extends`` is no environment, or one that extends another.
        """
        if key in self:  # set by hand
            return super().__getitem__(key)
        merged = self._merged(key)
        return with_present_names(merged) if key == "catalog" else merged

    def _merged(self, key: str) -> dict[str, Any]:
        if key == "globals":  # read first, when the loader is made
            self._extended = super().__getitem__(key).get("extends")
            if self._extended is not None:
                self._check_extended(self._extended)
        if self._extended is None:
            return super().__getitem__(key)
        base, env, extended = self.base_env, self.env, self._extended
        try:
            self.env = extended
            below = super().__getitem__(key)
            self.base_env, self.env = extended, env
            above = super().__getitem__(key)
        except MissingConfigException:  # neither of the two has files of this kind
            self.base_env, self.env = base, env
            return super().__getitem__(key)
        finally:
            self.base_env, self.env = base, env
        if self.merge_strategy.get(key) == "soft":
            return OmegaConf.to_container(OmegaConf.merge(below, above))
        return {**below, **above}

    def _warn_of_shared_data(self) -> None:
        if self.env in (None, self.base_env, self.default_run_env):
            return
        own = [
            OmegaConf.load(file) for file in Path(self.conf_source, self.env).glob("globals*.y*ml")
        ]
        if not any("data" in one for one in own):
            logger.warning(
                "conf/%s/globals.yml names no data directory: results go among those of conf/%s",
                self.env,
                self._extended or self.base_env,
            )

    def _warn_of_unread_files(self) -> None:
        if self.env is None:
            return
        for file in sorted(Path(self.conf_source, self.env).glob("*.y*ml")):
            hint = did_you_mean(file.stem, KINDS)
            if hint and not file.stem.startswith(KINDS):
                logger.warning("conf/%s/%s is not read: %s", self.env, file.name, hint.strip())

    def _check_extended(self, extended: str) -> None:
        """Raise ConfigurationError where this is no environment, or extends one itself."""
        conf = Path(self.conf_source)
        where = f"extends in conf/{self.env}/globals.yml"
        check_choices([extended], (place.name for place in conf.iterdir() if place.is_dir()), where)
        file = conf / extended / "globals.yml"
        below = OmegaConf.load(file) if file.is_file() else {}
        if "extends" in below:
            raise ConfigurationError(
                f"{where} is {extended!r}, which extends {below['extends']!r} itself: extend that, "
                f"and repeat what {extended} changes"
            )


def unpacked(conf_source: str | Path) -> str:
    """Return a directory that holds the configuration, for this process where it is an archive."""
    source = Path(conf_source)
    if not source.is_file():
        return str(conf_source)
    place = scratch_directory("conf") / "conf"
    only_files = {} if source.suffix == ".zip" else {"filter": "data"}
    try:
        shutil.unpack_archive(source, place, **only_files)
        [top] = place.iterdir()  # `kedro package` packs the folder itself
    except (shutil.ReadError, ValueError) as error:
        raise ConfigurationError(
            f"--conf-source {conf_source} is neither a folder nor an archive of one, such as "
            f"`kedro package` makes: {error!s:.100}"
        ) from error
    return str(top)


def with_whole_paths(catalog: dict[str, Any], project: Path) -> dict[str, Any]:
    """Return a catalog in which this project's datasets have no path relative to a directory.

    Kedro sees to ``path`` and ``filepath``; a notebook that is not in the project's directory would
    look for what the other keys name, and leave files, beside itself.
    """
    return {
        name: {
            key: str(project / value) if key in PATHS and isinstance(value, str) else value
            for key, value in entry.items()
        }
        if isinstance(entry, dict) and str(entry.get("type")).startswith(OURS)
        else entry
        for name, entry in catalog.items()
    }


def with_present_names(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return a catalog whose entries of a former name stand in for those of the present one."""
    for former, present in FORMER.items():
        if former in catalog:
            logger.warning("catalog entry %s is now %s; rename it", former, present)
            catalog = {**catalog, present: catalog[former]}
            del catalog[former]
    return catalog
