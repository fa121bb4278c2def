"""Variants that differ in one option only, as the points of a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from r1vl_kedro.parameters import written
from r1vl_kedro.reporting.variants import options_of
from r1vl_kedro.training.objectives import OBJECTIVES

SOURCES = ("base", "records", "n_records", "where")
Settings = Mapping[str, Mapping[str, Any]]
"""By variant, all that its training was given."""


def effective(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's options with its objective's own defaults where none are given."""
    objective = options.get("objective", "")
    defaults = OBJECTIVES[objective].options if objective else {}
    given = {key: value for key, value in options.items() if value is not None}
    return {**defaults, **given}


def settings_of(variants: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return by variant its options and what it starts from and reads.

    Args:
        variants: the grid's entries by namespace; of several seeds the last one is taken.
    """
    return {
        entry["name"]: {
            **effective(options_of(entry)),
            **{key: entry[key] for key in SOURCES if entry.get(key) is not None},
        }
        for entry in variants.values()
    }


def lines_over(
    swept: str, names: Iterable[str], settings: Settings, least: int = 1
) -> list[tuple[str, list[str]]]:
    """Group variants by all settings but the swept one.

    Args:
        names: variants that have the swept option.
        least: how many values of it make a line.

    Returns:
        A label and the variants in the order of the swept option, line by line. The label names the
        settings in which lines differ, so it is "" where there is one line.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        rest = {key: value for key, value in settings[name].items() if key != swept}
        groups.setdefault(_text(rest), []).append(name)
    lines = [
        sorted(group, key=lambda name: settings[name][swept])
        for group in groups.values()
        if len({settings[name][swept] for name in group}) >= least
    ]
    firsts = [settings[line[0]] for line in lines]
    keys = dict.fromkeys(key for one in firsts for key in one if key != swept)
    differing = [key for key in keys if len({_text(one.get(key)) for one in firsts}) > 1]
    return [
        (", ".join(f"{key.rstrip('_')} {written(one.get(key))}" for key in differing), line)
        for one, line in zip(firsts, lines, strict=True)
    ]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
