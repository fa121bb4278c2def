"""Training after the warm-up.

::

    warm_up_checkpoint ─┐                   ┌─ checkpoint
    rl_prompts ─────────┼─ train_step_grpo ─┼─ training_log
    validation_records ─┘                   └─ rollouts
"""

from __future__ import annotations

from collections.abc import Callable

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.step_grpo import nodes

COMMON = {
    "base": "warm_up_checkpoint",
    "records": "rl_prompts",
    "validation": "validation_records",
    "launcher": "params:launcher",
    "template": "params:prompt.template",
    "seed": "params:seed",
    "work_dir": "params:work_dir",
}


def create_pipeline(overrides: str | None = None) -> Pipeline:
    """StepGRPO of one variant.

    Args:
        overrides: the parameter that holds what the variant changes, e.g. ``params:overrides``.
    """
    return _one_node(nodes.train_step_grpo, {"options": "params:step_grpo"}, overrides)


def create_sft_pipeline(
    overrides: str | None = "params:sft", records: str = "rl_prompts"
) -> Pipeline:
    """Continued SFT of the same length, with the warm-up's options.

    Args:
        overrides: the parameter that holds what continued SFT changes of the warm-up's options.
        records: whose reference paths it learns, those of the RL questions or the warm-up's own.
    """
    options = {
        "records": records,
        "questions": "rl_prompts",
        "options": "params:warm_up",
        "step_grpo": "params:step_grpo",
    }
    return _one_node(nodes.train_sft_continued, options, overrides)


def _one_node(function: Callable, options: dict[str, str], overrides: str | None) -> Pipeline:
    inputs = {**COMMON, **options, **({"overrides": overrides} if overrides else {})}
    return Pipeline(
        [
            Node(
                function,
                inputs=inputs,
                outputs=["training_log", "rollouts", "checkpoint"],
                name=function.__name__,
                tags="training",
            )
        ]
    )
