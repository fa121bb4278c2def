"""Importing this module imports what every training process needs; for fork servers."""

import importlib

MODULES = (
    "r1vl_kedro.rewards",
    "r1vl_kedro.training.callbacks",
    "r1vl_kedro.training.preference_trainer",
    "r1vl_kedro.training.sft_trainer",
    "r1vl_kedro.training.step_grpo_trainer",
)

for module in MODULES:
    importlib.import_module(module)
