"""Answer equivalence: one function for the outcome reward and for evaluation."""

from r1vl_kedro.answers.amounts import quantities_differ, unit_free, units_differ
from r1vl_kedro.answers.equivalence import (
    MAX_ANSWER,
    chosen_option,
    equivalent,
    explain,
    read_answer,
    stated_quantity,
)
from r1vl_kedro.answers.prose import hedges
from r1vl_kedro.answers.symbolic import symbolically_equal
from r1vl_kedro.answers.verdicts import yes_or_no

__all__ = [
    "MAX_ANSWER",
    "chosen_option",
    "equivalent",
    "explain",
    "hedges",
    "quantities_differ",
    "read_answer",
    "stated_quantity",
    "symbolically_equal",
    "unit_free",
    "units_differ",
    "yes_or_no",
]
