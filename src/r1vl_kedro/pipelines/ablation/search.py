"""A declared search: variants repeated with every combination of some options."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.pipelines.ablation.entries import LONGEST_LABEL, VariantEntry


def trials(
    entries: Mapping[str, VariantEntry], search: Mapping[str, Mapping[str, list[Any]]]
) -> dict[str, VariantEntry]:
    """Replace each searched entry of the grid by its trials, ``<variant>_trial<i>``.

    Variants that train and are not searched are left out, unless others read what they make.

    Args:
        search: by variant, values to try of each of its options.

    Raises:
        ConfigurationError: an unknown variant, one with stages, or budgets that differ.
    """
    if not search:
        return dict(entries)
    for name in search:
        if entries.get(name) is None or entries[name].stages is not None:
            known = [one for one, entry in entries.items() if entry.stages is None]
            raise ConfigurationError(
                f"ablation.search.{name}: there is no variant {name!r} of one training; there are "
                f"{', '.join(known)}"
            )
    budgets = {name: _count(values) for name, values in search.items()}
    if len(set(budgets.values())) > 1:
        counts = ", ".join(f"{name} {count}" for name, count in budgets.items())
        raise ConfigurationError(
            f"ablation.search gives variants other numbers of trials ({counts}); a comparison "
            "needs the same budget for each"
        )
    found: dict[str, VariantEntry] = {}
    for name, entry in entries.items():
        if name in search:
            found |= _trials_of(name, entry, search[name])
        elif entry.method in ("base", "warm_up", "sample_pairs", "reference"):
            found[name] = entry
    return found


def _count(values: Mapping[str, list[Any]]) -> int:
    count = 1
    for tried in values.values():
        count *= len(tried)
    return count


def _trials_of(
    name: str, entry: VariantEntry, values: Mapping[str, list[Any]]
) -> dict[str, VariantEntry]:
    written = entry.model_dump(by_alias=True, exclude_unset=True)
    found = {}
    for number, chosen in enumerate(itertools.product(*values.values()), start=1):
        options = dict(zip(values, chosen, strict=True))
        said = ", ".join(f"{key.rstrip('_')} {value:g}" for key, value in options.items())
        label = f"{entry.label or name}: {said}"
        if len(label) > LONGEST_LABEL:
            label = f"{name}: {said}"
        if len(label) > LONGEST_LABEL:
            label = f"{name} {number}: {said}"[:LONGEST_LABEL]
        found[f"{name}_trial{number}"] = VariantEntry.model_validate(
            written | options | {"label": label}
        )
    return found
