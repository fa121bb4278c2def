"""Variants whose responses are in a grammar of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from r1vl_kedro.responses import R1VL, get_grammar


def in_grammar(options: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return grammar and wording of a stage's options where they are not the configuration's."""
    name = options.get("grammar")
    if name in (None, parameters.get("grammar") or R1VL.name):
        return {}
    return {"grammar": name, "template": get_grammar(name).wording}


def evaluated_in(grammar: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of evaluation in another grammar, with its wording around questions."""
    evaluation = {**parameters["evaluation"], "grammar": grammar}
    benchmarks = dict(evaluation.get("benchmarks") or {})
    usual = get_grammar(parameters.get("grammar") or R1VL.name).wording
    if benchmarks.get("template") in (None, usual):
        benchmarks["template"] = get_grammar(grammar).wording
    return {**evaluation, "benchmarks": benchmarks}
