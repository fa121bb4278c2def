"""Importing this module imports what every training process needs; for fork servers."""

import trl.trainer.grpo_trainer
import trl.trainer.sft_trainer

import r1vl_kedro.rewards.functions
import r1vl_kedro.training.callbacks
import r1vl_kedro.training.sft
import r1vl_kedro.training.step_grpo  # noqa: F401
