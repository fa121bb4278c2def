"""Pipelines by name; an explicit list, for some are composed of others and some follow a grid."""

from __future__ import annotations

from kedro.pipeline import Pipeline

from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.pipelines import (
    ablation,
    annotation,
    base_model,
    data_prep,
    evaluation,
    formalisation,
    preflight,
    probe,
    reward_card,
    study,
)
from r1vl_kedro.pipelines.ablation.grid import evaluation_in_use, in_use
from r1vl_kedro.pipelines.training import create_training


class Pipelines(dict[str, Pipeline]):
    """Pipelines by name; those over the grid are missing, with the reason, where it is wrong."""

    def __init__(self, pipelines: dict[str, Pipeline], wrong: ConfigurationError | None = None):
        super().__init__(pipelines)
        self.wrong = wrong

    def __missing__(self, name: str) -> Pipeline:
        if self.wrong is not None and name in OVER_THE_GRID:
            raise self.wrong
        raise KeyError(name)


OVER_THE_GRID = {
    "ablation": ablation.create_pipeline,
    "reporting": ablation.create_reporting,
    # It forecasts for the grid's rewards.
    "probe": lambda variants, benchmarks: probe.create_pipeline(),
}


def register_pipelines() -> dict[str, Pipeline]:
    """Return all pipelines; ``__default__`` is the R1-VL path of one variant, without a grid."""
    evaluated = evaluation_in_use()
    benchmarks = evaluation.benchmarks_of(evaluated)
    path = {
        "warm_up": create_training("warm_up", prefix="warm_up_"),
        "step_grpo": create_training("step_grpo"),
        "evaluation": evaluation.create_pipeline(),
    }
    pipelines = {
        **path,
        "__default__": Pipeline(
            [
                ablation.create_data(),
                *path.values(),
                evaluation.create_benchmark_pipeline(benchmarks),
            ]
        ),
        "data_prep": data_prep.create_pipeline(),
        "annotation": annotation.create_pipeline(),
        "evaluation": evaluation.create_given_pipeline(benchmarks, bool(evaluated.get("baseline"))),
        "annotation_estimate": annotation.create_estimate_pipeline(),
        "formalisation": formalisation.create_pipeline(),
        "formalisation_estimate": formalisation.create_estimate_pipeline(),
        "base_model": base_model.create_pipeline(),
        "preflight": preflight.create_pipeline(),
        "reward_card": reward_card.create_pipeline(),
    }
    # Behind the grid: for Kedro-Viz the first pipeline with a dataset decides which box holds it
    # in all of them, and what the study reads without one stands inside of `reporting` there.
    last = {"study": study.create_pipeline()}
    try:
        grid = in_use()
    except ConfigurationError as wrong:
        return Pipelines(pipelines | last, wrong)
    over_it = {name: create(*grid) for name, create in OVER_THE_GRID.items()}
    return Pipelines(pipelines | over_it | last)
