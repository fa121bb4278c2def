"""Importing this module imports what every training process needs; for fork servers."""

import importlib

from r1vl_kedro.training.methods import METHODS

_entries = {method.entry.partition(":")[0] for method in METHODS.values() if method.entry}
_late = {module for method in METHODS.values() for module in method.modules}
for module in sorted({*_entries, *_late, "r1vl_kedro.training.arguments"}):
    importlib.import_module(module)
