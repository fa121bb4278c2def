"""One variant of the grid as a pipeline.

::

    base ────────────────────────┐                 ┌─ training_log, rollouts ─┐
    records ─ (choose_records) ──┼─ train_<method> ┴─ checkpoint ─ predict_test ─ ... ─ results
    validation_records ──────────┘

A variant of one training has all of it in its namespace ``<variant>``. One with stages has a
namespace ``<variant>.<stage>`` for each training, the checkpoint of one being the base of the next,
and their logs joined in ``<variant>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines import evaluation, reporting
from r1vl_kedro.pipelines.ablation import nodes
from r1vl_kedro.pipelines.ablation.entries import Stage, Variant
from r1vl_kedro.pipelines.training import GIVEN
from r1vl_kedro.training.methods import CHECKPOINT, METHODS, get_method

JOINED = {"training_log": nodes.join_logs, "rollouts": nodes.join_rollouts}
"""What is gathered beside the evaluation, and how it is joined over stages."""
QUESTIONS = "rl_prompts"


def create_variant(namespace: str, variant: Variant, benchmarks: Sequence[str] = ()) -> Pipeline:
    """Build a variant's trainings, its evaluation where it ends with a model, and all it left."""
    trainings = [
        create_stage(f"{namespace}.{name}", stage, f"variants.{namespace}.stages.{name}", namespace)
        for name, stage in variant.stages.items()
    ]
    if variant.trained and not variant.stages:
        trainings = [create_stage(namespace, variant, f"variants.{namespace}", namespace)]
    if not is_evaluated(variant):
        return Pipeline(trainings)
    own = {"params:seed": f"params:variants.{namespace}.seed"} if variant.trained else {}
    if variant.method == "step_grpo":  # its key steps count in scores as they did in training
        own["params:step_grpo"] = f"params:variants.{namespace}.options"
    if variant.grammar:
        own["params:prompt.template"] = f"params:variants.{namespace}.template"
        own["params:evaluation"] = f"params:variants.{namespace}.evaluation"
    checkpoint = {CHECKPOINT: datasets_of(namespace, variant, CHECKPOINT)[-1]}
    answered = [evaluation.create_pipeline()]
    if benchmarks:
        predict, score = nodes.predict_benchmarks, nodes.score_benchmarks
        answered.append(evaluation.create_answers(benchmarks, predict=predict, score=score))
    evaluated = within(namespace, Pipeline(answered), checkpoint, own)
    return Pipeline([*trainings, evaluated, create_gather(namespace, variant)])


def is_evaluated(variant: Variant) -> bool:
    """Return whether a variant ends with a model, and so is a row of the tables."""
    return not variant.trained or get_method(variant.method).makes == CHECKPOINT


def create_stage(namespace: str, stage: Stage, parameters: str, variant: str) -> Pipeline:
    """Build one training in a namespace.

    Args:
        parameters: where its method, options and number of records are.
        variant: the namespace of its variant, which has the seed.
    """
    method = get_method(stage.method)
    inputs = {
        "base": "base",
        "records": "records",
        "validation": "validation_records",
        "method": "params:method",
        "options": "params:options",
        **GIVEN,
    }
    chosen = []
    if method.follows:
        inputs["questions"] = QUESTIONS
    choice = [key for key in ("n_records", "where") if getattr(stage, key) is not None]
    if stage.grammar and "solution" in method.learns:
        choice.append("grammar")
    if choice:
        inputs["records"] = "chosen_records"
        drawn_from = {"records": "records", "seed": "params:seed"}
        drawn_from |= {key: f"params:{key}" for key in choice}
        chosen = [Node(nodes.choose_records, drawn_from, "chosen_records", name="choose_records")]
    trained = Node(
        nodes.train_stage,
        inputs=inputs,
        outputs=list(method.leaves),
        name=f"train_{stage.method}",
        tags="training",
    )
    own = {f"params:{key}": f"params:{parameters}.{key}" for key in ("method", "options")}
    own["params:seed"] = f"params:variants.{variant}.seed"
    own |= {f"params:{key}": f"params:{parameters}.{key}" for key in choice}
    if stage.grammar:
        own["params:prompt.template"] = f"params:{parameters}.template"
    sources = {"base": stage.base, "records": stage.records}
    return within(namespace, Pipeline([*chosen, trained]), sources, own)


def create_gather(namespace: str, variant: Variant, box: str | None = None) -> Pipeline:
    """Build a variant's results as one dataset, the logs and rollouts of its stages joined.

    Args:
        box: the namespace of the nodes, where it is not the variant's own.
    """
    left = {name: found for name in JOINED if (found := datasets_of(namespace, variant, name))}
    joined = []
    for name, found in left.items() if variant.stages else ():
        by_stage = {dataset.split(".")[-2]: dataset for dataset in found}
        whole = f"{namespace}.{name}"
        joined.append(Node(JOINED[name], by_stage, whole, name=JOINED[name].__name__))
    return Pipeline(
        [*joined, reporting.create_gather(namespace, list(left))],
        namespace=box or namespace,
        prefix_datasets_with_namespace=False,
    )


def datasets_of(namespace: str, variant: Variant, name: str) -> list[str]:
    """Return datasets of this name that a variant's stages leave, in their order."""
    if not variant.trained:
        return [variant.base] if name == CHECKPOINT else []
    stages: Mapping[str, Stage] = variant.stages or {"": variant}
    return [
        ".".join(part for part in (namespace, stage, name) if part)
        for stage, one in stages.items()
        if name in METHODS[one.method].leaves
    ]


def within(
    namespace: str, pipeline: Pipeline, inputs: Mapping[str, str], parameters: Mapping[str, str]
) -> Pipeline:
    """Put the pipeline in a namespace: its inputs are shared, its outputs are its own.

    Args:
        inputs, parameters: by their names in the pipeline, those that are called otherwise.
    """
    free = pipeline.inputs()
    shared = {name: name for name in free if not name.startswith("params:")}
    common = {name: name for name in free if name.startswith("params:")}
    return Pipeline(
        pipeline,
        namespace=namespace,
        inputs={**shared, **inputs},
        parameters={**common, **parameters},
    )
