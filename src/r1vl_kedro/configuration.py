"""Kedro's configuration loader, with profiles that extend one another."""

from __future__ import annotations

import logging
from typing import Any

from kedro.config import MissingConfigException, OmegaConfigLoader
from omegaconf import OmegaConf

logger = logging.getLogger(__name__)
FORMER = {"mulberry_records": "source_records"}
"""Catalog entries whose old name is accepted for one release."""


class ProfileConfigLoader(OmegaConfigLoader):
    """Read an environment on top of the one that its ``globals.yml`` names as ``extends``.

    The order is base, the extended environment, the environment itself. One level only: an
    environment that is extended extends none.

    Example ``conf/qwen2_5_vl_7b/globals.yml``::

        extends: qwen2_vl_7b
        data: data/qwen2_5_vl_7b
        model: Qwen2.5-VL-7B
    """

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Return the merged configuration of a kind, such as ``parameters``.

        Raises:
            MissingConfigException: no file of this kind, or no environment of a name.
        """
        if key in self:  # set by hand
            return super().__getitem__(key)
        merged = self._merged(key)
        return with_present_names(merged) if key == "catalog" else merged

    def _merged(self, key: str) -> dict[str, Any]:
        own = super().__getitem__(key)
        extended = (own if key == "globals" else self["globals"]).get("extends")
        if extended is None:
            return own
        base, env = self.base_env, self.env
        try:
            self.env = extended
            below = super().__getitem__(key)
            self.base_env, self.env = extended, env
            above = super().__getitem__(key)
        except MissingConfigException:  # neither of the two has files of this kind
            return own
        finally:
            self.base_env, self.env = base, env
        if self.merge_strategy.get(key) == "soft":
            return OmegaConf.to_container(OmegaConf.merge(below, above))
        return {**below, **above}


def with_present_names(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return a catalog whose entries of a former name stand in for those of the present one."""
    for former, present in FORMER.items():
        if former in catalog:
            logger.warning("catalog entry %s is now %s; rename it", former, present)
            catalog = {**catalog, present: catalog[former]}
            del catalog[former]
    return catalog
