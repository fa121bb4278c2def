"""The catalog itself as an input, for nodes that ask whether something is there."""

from __future__ import annotations

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import MemoryDataset


class EntriesHooks:
    """Gives nodes the catalog under the name ``entries``.

    A missing file named as an input stops a run at once, before its node could say what else is
    missing; preflight looks entries up one by one instead.
    """

    @hook_impl
    def after_catalog_created(self, catalog: Any) -> None:
        """Add the entry."""
        catalog["entries"] = MemoryDataset(catalog, copy_mode="assign")
