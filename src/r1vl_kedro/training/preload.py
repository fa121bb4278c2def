"""Importing this module imports what every training process needs; for fork servers."""

import importlib

MODULES = (
    "trl.trainer.grpo_trainer",
    "trl.trainer.sft_trainer",
    "r1vl_kedro.rewards.functions",
    "r1vl_kedro.training.callbacks",
    "r1vl_kedro.training.sft",
    "r1vl_kedro.training.step_grpo",
)

for module in MODULES:
    importlib.import_module(module)
