"""The LaTeX of whole texts, compared as LMM-R1's released code does (arXiv 2503.07536)."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from r1vl_kedro.answers import symbolic


def latex_equal(text: str, reference: str) -> bool | None:
    r"""Tell whether math-verify finds the result of ``reference`` in the LaTeX of ``text``.

    The last ``\boxed{}`` counts (several with hardly a word between them are a set), or without
    one what is between dollars behind the last words such as "the final answer is". None where the
    reference has nothing that is read so; False beyond the limits of `symbolic`.

    Args:
        text: a whole response.
        reference: LaTeX; without a dollar before it, it is put between dollars.

    Example:
        >>> latex_equal(r"<answer>\boxed{0.5}</answer>", r"\frac{1}{2}"), latex_equal("3", "3")
        (True, False)
        >>> latex_equal(r"\boxed{3}", "$$")
    """
    if max(len(text), len(reference)) > symbolic.MAX_TEXT:
        return False
    gold = reference.strip()
    if not gold.startswith("$"):
        gold = f"${gold}$"
    found = symbolic.within_limit(partial(_compared, text, gold))
    return False if found is None else found[0]


def _compared(text: str, gold: str) -> tuple[bool | None]:
    _, grader = symbolic.math_verify()
    anywhere, anchored = _configs()
    wanted = symbolic.extract(gold, (anywhere,))
    if not wanted:
        return (None,)
    given = symbolic.extract(text, (anchored,))
    return (bool(given) and bool(grader.verify(given, wanted, timeout_seconds=None)),)


@cache
def _configs() -> tuple[Any, Any]:
    """Return how the released code reads a reference, and a response."""
    from latex2sympy2_extended import NormalizationConfig

    parser, _ = symbolic.math_verify()
    form = NormalizationConfig(
        nits=False, malformed_operators=False, basic_latex=True, equations=True, boxed="all",
        units=True,
    )  # fmt: skip
    anchored = parser.LatexExtractionConfig(
        normalization_config=form, boxed_match_priority=0, try_extract_without_anchor=False
    )
    return parser.LatexExtractionConfig(), anchored
