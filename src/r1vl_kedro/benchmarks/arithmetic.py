"""Arithmetic in an answer, worked out without evaluating it as code."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

MAX_LENGTH = 200
MAX_POWER = 64
_MAX_BITS = 256

Number = int | float | complex


def _power(base: Number, exponent: Number) -> Number:
    if abs(exponent) > MAX_POWER:
        raise ValueError("power too large")
    return base**exponent


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}


def arithmetic(text: str, names: Mapping[str, Number] | None = None) -> Number | None:
    """Evaluate a Python arithmetic expression; None where it is none or too large.

    Only numbers, operators, brackets and `names` are understood, in at most 200 characters; powers
    are bounded, so that no input takes long. ``^`` is exclusive or, as in Python.

    Example:
        >>> arithmetic("7/2"), arithmetic("9**9**9"), arithmetic("open('x')")
        (3.5, None, None)
    """
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        return None
    try:
        return _value(ast.parse(text, mode="eval").body, names or {})
    except (
        ValueError, SyntaxError, TypeError, ArithmeticError, RecursionError, MemoryError, KeyError
    ):  # fmt: skip
        return None


def _value(node: ast.expr, names: Mapping[str, Number]) -> Number:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex):
        result = node.value
    elif isinstance(node, ast.Name):
        result = names[node.id]
    elif isinstance(node, ast.UnaryOp):
        result = _UNARY[type(node.op)](_value(node.operand, names))
    elif isinstance(node, ast.BinOp):
        result = _BINARY[type(node.op)](_value(node.left, names), _value(node.right, names))
    else:
        raise ValueError("not arithmetic")
    if isinstance(result, int) and result.bit_length() > _MAX_BITS:
        raise ValueError("number too large")
    return result


def close(one: Number, two: Number, tolerance: float = 1e-6) -> bool:
    """Tell whether two numbers are within `tolerance` of each other (absolute)."""
    difference = abs(one - two)
    return not math.isnan(difference) and difference < tolerance
