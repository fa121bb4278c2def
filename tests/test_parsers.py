"""Whatever reads foreign text: an answer to everything, in time that grows as the text does."""

import contextlib
import importlib
import random
import time

import pytest
from parsers import PARSERS, PIECES

FEW, MANY = 60, 20_000
LIMIT = 0.5
"""Seconds of this process's own time for one text."""


def fate(parse, text):
    """Tell whether a text is read, or refused by a ValueError; all else is raised with the text."""
    try:
        parse(text)
    except ValueError:
        return "refused"
    except BaseException as error:
        error.add_note(f"at {text!r}")
        raise
    return "read"


def make_ready(parse):
    """Import and build what a process needs once: 0.5 s of it for the first answer in LaTeX."""
    importlib.import_module("latex2sympy2_extended")
    parse("5")


def odd_texts(seed, count):
    draw = random.Random(seed)
    for _ in range(count):
        few = draw.sample(PIECES, draw.randint(1, 8))
        yield "".join(draw.choices(few, k=draw.choice([1, 3, 8, 20, 60])))


@pytest.mark.parametrize(
    "count", [FEW, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
@pytest.mark.parametrize("name", PARSERS)
def test_odd_texts_are_read_or_refused_in_no_time(name, count, limit):
    parse = PARSERS[name]
    make_ready(parse)
    seconds = LIMIT if count == MANY else 10 * LIMIT
    for text in ("", *odd_texts(name, count)):
        with limit(seconds):
            assert fate(parse, text) in ("read", "refused"), text


CHARACTERS = 5_000
PER_LENGTH = 0.02
"""Seconds below which the times of two lengths say nothing of how they grow."""


def seconds_of(parse, text):
    began = time.process_time()
    with contextlib.suppress(ValueError):
        parse(text)
    return time.process_time() - began


def in_proportion(parse, texts):
    _, middle, longest = (seconds_of(parse, text) for text in texts)
    return longest < 3.2 * max(middle, PER_LENGTH)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PARSERS)
def test_time_grows_as_the_text_does(name):
    """Of n, 2n and 4n characters: a quadratic reader takes four times as long at each step."""
    parse = PARSERS[name]
    make_ready(parse)
    for piece in PIECES:
        for head in ("", "### The final answer is: "):
            texts = [head + (piece * length)[:length] + "x" for length in
                     (CHARACTERS, 2 * CHARACTERS, 4 * CHARACTERS)]  # fmt: skip
            longest = seconds_of(parse, texts[2])
            if longest < 8 * PER_LENGTH:
                continue
            # Other work on the machine makes single times longer.
            assert any(in_proportion(parse, texts) for _ in range(3)), f"{head!r} and {piece!r}"


@pytest.mark.parametrize("text", ["log _log log log \n_1 2/3"])
def test_what_fuzzing_found_is_read_or_refused(text):
    ends = {name: fate(parse, text) for name, parse in PARSERS.items()}
    assert set(ends.values()) <= {"read", "refused"}, ends
