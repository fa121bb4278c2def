"""What each result of a pipeline is made from, and in what two such recipes differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from kedro.pipeline import Pipeline

from r1vl_kedro import files
from r1vl_kedro.hooks.values import flat
from r1vl_kedro.parameters import value_at
from r1vl_kedro.pipelines.evaluation import READ

HOW_IT_RUNS = frozenset({"params:launcher", "params:work_dir"})
"""Parameters of where and beside what a node runs, which do not change what it makes."""
ANOTHER = "another "
"""Before the name of an input that differs."""
SHOWN = 60
"""Characters of a value in a message."""
Recipe = dict[str, Any]


def recipes(
    pipeline: Pipeline,
    parameters: Mapping[str, Any],
    leaf: Callable[[str], str],
    known: Callable[[str], Recipe | None] = lambda name: None,
) -> dict[str, Recipe]:
    """Return what each dataset of a pipeline is made from, by its name.

    A recipe has the node's name, the values of its parameters, and a digest of the recipe of each
    input; so it differs wherever anything before it does.

    Args:
        parameters: resolved, as nested mappings.
        leaf: the digest of an input that no node of the pipeline makes.
        known: the recipe of a result that is there, which stays in force where the new one differs
            only in what the node does not read.
    """
    made: dict[str, Recipe] = {}
    for node in pipeline.nodes:  # in the order of their dependencies
        recipe: Recipe = {"node": node.short_name, "params": {}, "inputs": {}}
        for name in sorted({*node.inputs} - HOW_IT_RUNS):
            if name == "parameters":
                recipe["params"][name] = parameters
            elif name.startswith("params:"):
                key = name.removeprefix("params:")
                recipe["params"][key] = value_at(parameters, key)
            else:
                recipe["inputs"][name] = digest(made[name]) if name in made else leaf(name)
        recipe = files.as_json(recipe)
        for name in node.outputs:
            old = known(name)
            made[name] = old if old is not None and read(old) == read(recipe) else recipe
    return made


def read(recipe: Recipe) -> Recipe:
    """Leave out of a recipe the options that its node is given and does not read."""
    params = dict(recipe.get("params", {}))
    for given, keys in READ.get(recipe.get("node", ""), {}).items():
        for name, options in params.items():
            if name.endswith(given) and isinstance(options, Mapping):
                params[name] = {key: one for key, one in options.items() if key in keys}
    return {**recipe, "params": params}


def digest(recipe: Any) -> str:
    """Return sixteen hex digits of SHA-256 over the recipe as JSON with sorted keys."""
    text = json.dumps(recipe, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differences(old: Recipe, new: Recipe) -> list[str]:
    """Return parameters whose values differ, in words; inputs only where no parameter does.

    Where neither does, another node makes the result now.

    Example:
        >>> old = {"params": {"step_grpo": {"num_steps": 30}}, "inputs": {}}
        >>> new = {"params": {"step_grpo": {"num_steps": 20}}, "inputs": {}}
        >>> differences(old, new)
        ['step_grpo.num_steps 30 instead of 20']
    """
    old, new = read(old), read(new)
    was, now = flat(old.get("params", {})), flat(new["params"])
    words = [
        f"{key} {_short(was.get(key))} instead of {_short(now.get(key))}"
        for key in sorted(was.keys() | now.keys())
        if was.get(key) != now.get(key)
    ]
    had, has = old.get("inputs", {}), new["inputs"]
    words = words or [
        f"{ANOTHER}{name}" for name in sorted({*had, *has}) if had.get(name) != has.get(name)
    ]
    return words or [f"the node {old.get('node')} instead of {new.get('node')}"]


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= SHOWN else text[:SHOWN] + " ..."
