"""Importing this module imports what every training process needs; for fork servers."""

from importlib import import_module
from pkgutil import iter_modules

from r1vl_kedro import training
from r1vl_kedro.training.methods import METHODS

_here = {module.name for module in iter_modules(training.__path__, f"{training.__name__}.")}
_entries = {method.entry.partition(":")[0] for method in METHODS.values() if method.entry}
for _module in sorted((_here | _entries) - {__name__}):
    import_module(_module)
