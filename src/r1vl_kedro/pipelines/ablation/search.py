"""A declared search: variants repeated with every combination of some options."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any

from r1vl_kedro.parameters import ConfigurationError, checked, written
from r1vl_kedro.pipelines.ablation.entries import LONGEST_LABEL, VariantEntry

COMPARED = ("base", "warm_up")
"""Methods of what trials are compared with."""
FIXED = ("method", "label", "colour", "stages", "where")
"""Keys of a variant that a search cannot change."""


def trials(
    entries: Mapping[str, VariantEntry], search: Mapping[str, Mapping[str, list[Any]]]
) -> dict[str, VariantEntry]:
    """Replace each searched entry of the grid by its trials, ``<variant>_trial<i>``.

    Other variants that train are left out, unless a searched one starts from them or reads what
    they make, be it over others.

    Args:
        search: by variant, values to try of each of its options.

    Raises:
        ConfigurationError: an unknown variant, one with stages, or one that a searched one starts
            from; values that cannot be tried; budgets that differ.
    """
    if not search:
        return dict(entries)
    for name, values in search.items():
        _check(name, values, entries)
    budgets = {name: math.prod(map(len, values.values())) for name, values in search.items()}
    if len(set(budgets.values())) > 1:
        counts = ", ".join(f"{name} {count}" for name, count in budgets.items())
        raise ConfigurationError(
            f"ablation.search gives variants other numbers of trials ({counts}); a comparison "
            "needs the same budget for each"
        )
    needed = _needed(search, entries)
    for name in search:
        if name in needed:
            raise ConfigurationError(
                f"ablation.search.{name}: {needed[name]} starts from {name} or reads what it "
                "makes, so it cannot be replaced by trials; search one of the two at a time"
            )
    found: dict[str, VariantEntry] = {}
    for name, entry in entries.items():
        if name in search:
            found |= _trials_of(name, entry, search[name])
        elif name in needed or entry.method in COMPARED:
            found[name] = entry
    return found


def _check(name: str, values: Mapping[str, list[Any]], entries: Mapping[str, VariantEntry]) -> None:
    """Raise ConfigurationError where a variant, or one of the values, cannot be searched."""
    place = f"ablation.search.{name}"
    if entries.get(name) is None or entries[name].stages is not None:
        known = [one for one, entry in entries.items() if entry.stages is None]
        raise ConfigurationError(
            f"{place}: there is no variant {name!r} of one training; there are {', '.join(known)}"
        )
    method = entries[name].method
    if method in COMPARED:
        raise ConfigurationError(f"{place}: trials are compared with {method}, so it has none")
    if not values:
        raise ConfigurationError(
            f"{place} is {{}}: give options of {method} with the values to try, such as "
            "learning_rate: [1.0e-5, 1.0e-4]"
        )
    for option, tried in values.items():
        if option in FIXED:
            raise ConfigurationError(
                f"{place}.{option}: {option} is the same in all trials of a variant; searched can "
                f"be the options of {method}, from, records and n_records"
            )
        odd = [one for one in tried if not isinstance(one, int | float | str)]
        if odd or len(set(map(str, tried))) < len(tried):
            raise ConfigurationError(
                f"{place}.{option} is {tried!r:.150}; wanted different numbers, words, or true and "
                "false"
            )


def _needed(searched: Iterable[str], entries: Mapping[str, VariantEntry]) -> dict[str, str]:
    """Return the variants that searched ones are made from, each with one that is made from it."""
    found: dict[str, str] = {}
    waiting = list(searched)
    while waiting:
        name = waiting.pop()
        stages = entries[name].stages or {"": entries[name]}
        for source in (one for stage in stages.values() for one in (stage.start, stage.records)):
            if source in entries and source not in (name, *stages) and source not in found:
                found[source] = name
                waiting.append(source)
    return found


def _trials_of(
    name: str, entry: VariantEntry, values: Mapping[str, list[Any]]
) -> dict[str, VariantEntry]:
    own = entry.model_dump(by_alias=True, exclude_unset=True)
    found = {}
    for number, chosen in enumerate(itertools.product(*values.values()), start=1):
        options = dict(zip(values, chosen, strict=True))
        said = ", ".join(f"{key.rstrip('_')} {written(value)}" for key, value in options.items())
        label = f"{entry.label or name}: {said}"
        if len(label) > LONGEST_LABEL:
            label = f"{name}: {said}"
        if len(label) > LONGEST_LABEL:
            label = f"{name} {number}: {said}"[:LONGEST_LABEL]
        given = own | options | {"label": label}
        found[f"{name}_trial{number}"] = checked(VariantEntry, given, f"ablation.search.{name}")
    return found
