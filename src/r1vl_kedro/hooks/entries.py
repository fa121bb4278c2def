"""The catalog itself as an input, and entries of it that nothing reads."""

from __future__ import annotations

import logging
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog, MemoryDataset

from r1vl_kedro.errors import did_you_mean

logger = logging.getLogger(__name__)


class EntriesHooks:
    """Gives nodes the catalog under the name ``entries``, and warns of misspelt entries.

    A missing file named as an input stops a run at once, before its node could say what else is
    missing; preflight looks entries up one by one instead.
    """

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Ask the context which entries the base environment has."""
        self._in_base = context.names_in_base("catalog")

    @hook_impl
    def after_catalog_created(self, catalog: DataCatalog, conf_catalog: dict[str, Any]) -> None:
        """Add the entry; a misspelt one, which nothing reads, leaves its data to another's."""
        catalog["entries"] = MemoryDataset(catalog, copy_mode="assign")
        read = {name for pipeline in pipelines.values() for name in pipeline.datasets()}
        known = read | self._in_base
        for name in sorted(conf_catalog.keys() - known):
            pattern = "{" in name or catalog.config_resolver.match_dataset_pattern(name)
            if not pattern and not name.startswith("_") and (hint := did_you_mean(name, known)):
                logger.warning("catalog entry %s is read by no pipeline: %s", name, hint.strip())
