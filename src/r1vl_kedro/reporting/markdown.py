"""Tables for reading: what is shown of each, in Markdown and as cells for HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from r1vl_kedro.reporting.pages import markdown_table

if TYPE_CHECKING:  # hooks import this module, and with it every command
    import pandas as pd

TITLES = {
    "rewards": "Rewards",
    "group_size": "Group size M",
    "reward_level": "Outcome versus step reward",
    "contrasts": "StepGRPO against the others",
    "overview": "All variants",
    "transfer_means": "Transfer",
}
_HEADERS = {
    "row": "",
    "group_size": "M",
    "p": "p",
    "p_holm": "p, Holm",
    "improvement": "better in",
    "area": "over training",
    "paper_difference": "paper's diff.",
    "validity": "valid",
    "step_rar": "StepRAR",
    "mean_tokens": "tokens",
    "truncated": "cut off",
    "pass_at_k": "pass@k",
}
INTERVALS = {
    "accuracy": ("low", "high", "interval"),
    "difference": ("diff_low", "diff_high", "diff_interval"),
    "area": ("area_low", "area_high", ""),
    "reward_accuracy": ("reward_low", "reward_high", ""),
}
"""Columns that are shown with an interval: where its ends are, and why there is none."""
_FOLDED = {"variant", *(name for names in INTERVALS.values() for name in names)}
_SIGNED = {"difference", "paper_difference", "area"}
_COUNTS = {"n", "seeds", "seeds_needed", "group_size"}
_DECIMALS = {"p": 3, "p_holm": 3, "step_rar": 3, "improvement": 0}
"""Of columns that are no percentages."""
SMALLEST_P = 0.001


def display(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Format headers and cells: a value with its interval in brackets, or why it has none."""
    columns = [name for name in table.columns if name not in _FOLDED]
    rows = [[_cell(row, name) for name in columns] for row in table.to_dict("records")]
    return [_HEADERS.get(name, name.replace("_", " ")) for name in columns], rows


def table_markdown(table: pd.DataFrame) -> str:
    """Write one table in Markdown; first column left, the others right."""
    return markdown_table(*display(table))


def tables_markdown(tables: Mapping[str, pd.DataFrame], notes: Sequence[str]) -> str:
    """Write all tables under their titles, the notes below."""
    parts = [f"## {TITLES.get(name, name)}\n\n{table_markdown(t)}" for name, t in tables.items()]
    return "\n\n".join([*parts, "## Notes", "\n".join(f"- {note}" for note in notes)]) + "\n"


def number(value: float, sign: str = "", decimals: int = 1) -> str:
    """Write a number with so many decimals, zero without a minus.

    Example:
        >>> number(-0.04, "+"), number(62.346), number(100 * 0.5735)  # 57.349999999999994
        ('+0.0', '62.3', '57.4')
    """
    exact = round(value, 9)  # without the noise of binary fractions
    return f"{round(exact, decimals) + 0.0:{sign}.{decimals}f}"


def spanned(
    value: float, low: float | None, high: float | None, sign: str = "", decimals: int = 1
) -> str:
    """Write a number, with the ends of its interval in brackets where it has one."""
    text = number(value, sign, decimals)
    return text if _absent(low) else f"{text} [{number(low, sign)}, {number(high, sign)}]"


def _cell(row: Mapping[str, object], name: str) -> str:
    value = row[name]
    low, high, note = INTERVALS.get(name, ("", "", ""))
    why = str(row.get(note, ""))
    if isinstance(value, str):
        return value
    if _absent(value):
        return why or "–"
    sign = "+" if name in _SIGNED else ""
    if low:
        text = spanned(value, row[low], row[high], sign)
        return f"{text} ({why})" if why and _absent(row[low]) else text
    if name in _COUNTS:
        return str(int(value))
    if name in ("p", "p_holm") and value < SMALLEST_P:
        return f"< {SMALLEST_P}"
    return number(value, sign, _DECIMALS.get(name, 1))


def _absent(value: object) -> bool:
    return value is None or value != value  # NaN
