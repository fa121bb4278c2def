"""Importing this module imports what every training process needs; for fork servers."""

import importlib

from r1vl_kedro.training.methods import METHODS

for module in sorted({module for method in METHODS.values() for module in method.modules}):
    importlib.import_module(module)
