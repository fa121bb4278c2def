"""The grammars of a response: parse once, and let every reward and viewer read the value.

A grammar is one module of this package that registers itself; the functions here take R1-VL's
unless another is named.
"""

from importlib import import_module
from pkgutil import iter_modules

from r1vl_kedro.responses.boxed import BOXED
from r1vl_kedro.responses.grammar import (
    GRAMMARS,
    Grammar,
    GrammarName,
    Response,
    Section,
    get_grammar,
    has_content,
    rewrite,
)
from r1vl_kedro.responses.plain import PLAIN
from r1vl_kedro.responses.r1vl import R1VL
from r1vl_kedro.responses.released import (
    RELEASED_HEADERS,
    check_released,
    released_answer,
    released_order_holds,
    released_steps_text,
)
from r1vl_kedro.responses.think_answer import THINK_ANSWER
from r1vl_kedro.responses.think_opened import THINK_OPENED

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = [
    "BOXED",
    "GRAMMARS",
    "PLAIN",
    "R1VL",
    "RELEASED_HEADERS",
    "THINK_ANSWER",
    "THINK_OPENED",
    "Grammar",
    "GrammarName",
    "Response",
    "Section",
    "check_released",
    "final_answer",
    "get_grammar",
    "grammar_of",
    "has_content",
    "parse_response",
    "released_answer",
    "released_order_holds",
    "released_steps_text",
    "rewrite",
]


def parse_response(text: str, grammar: str = R1VL.name) -> Response:
    """Parse a response into its sections; total over strings and linear in their length.

    Args:
        text: any string; text before the first header belongs to no section.
        grammar: a name in ``GRAMMARS``, or the dotted path of a grammar.

    Raises:
        ValueError: no such grammar.

    Example:
        >>> response = parse_response("### Step 1:\\n6 - 1 = 5\\n### The final answer is: 5")
        >>> [(s.kind, s.number, s.body.strip()) for s in response.sections]
        [('step', 1, '6 - 1 = 5'), ('answer', None, '5')]
    """
    return get_grammar(grammar).parse(text)


def final_answer(text: str, grammar: str = R1VL.name) -> str | None:
    """Return the answer that a response ends on, or None where it gives none.

    The first line of the last answer section (the header's line or the one below). Where more
    than prose follows it, such as a list of options, the whole body, so that hedging shows.

    Example:
        >>> final_answer("### The final answer is:\\n42")
        '42'
    """
    return parse_response(text, grammar).answer


def grammar_of(text: str) -> Grammar:
    """Detect the grammar by a text's marks: headers, else tags, else a box; else R1-VL's.

    Tags without the first one are of a response whose prompt wrote it.

    Example:
        >>> grammar_of("<answer>5</answer>").name
        'think_answer'
    """
    for grammar in (R1VL, THINK_ANSWER):
        if grammar.parse(text).sections:
            opened = grammar is THINK_ANSWER and THINK_OPENED.opening not in text
            return THINK_OPENED if opened and "</think>" in text else grammar
    return BOXED if BOXED.parse(text).answers else R1VL
