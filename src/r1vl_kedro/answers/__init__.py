"""Answer equivalence: one function for the outcome reward and for evaluation."""

from r1vl_kedro.answers.equivalence import equivalent, symbolically_equal
from r1vl_kedro.answers.values import parse_value, same_value

__all__ = ["equivalent", "parse_value", "same_value", "symbolically_equal"]
