"""Whatever reads foreign text: an answer to everything, in time that grows as the text does."""

import contextlib
import random
import signal
import time

import pytest
from parsers import PARSERS, PIECES

FEW, MANY = 60, 20_000
LIMIT = 0.5
"""Seconds of this process's own time for one text."""


class TooSlow(BaseException):
    """Not an Exception: nothing on the way may take it for one of its own."""


@pytest.fixture
def limit():
    """A function that lets a call have so many seconds of processor time."""

    def too_slow(number, frame):
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, too_slow)

    @contextlib.contextmanager
    def limited(seconds):
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    yield limited
    signal.signal(signal.SIGVTALRM, before)


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
    parse("5")  # imports and tables that are made once
    for text in ("", *odd_texts(name, count)):
        try:
            with limit(LIMIT if count == MANY else 10 * LIMIT), contextlib.suppress(ValueError):
                parse(text)
        except (TooSlow, Exception) as error:
            raise AssertionError(f"{name}: {type(error).__name__} at {text!r}") from error


LENGTH = 5_000
PER_LENGTH = 0.02
"""Seconds below which the times of two lengths say nothing of how they grow."""


def seconds_of(parse, text):
    began = time.process_time()
    with contextlib.suppress(ValueError):
        parse(text)
    return time.process_time() - began


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PARSERS)
def test_time_grows_as_the_text_does(name):
    """Of n, 2n and 4n characters: a quadratic reader takes four times as long at each step."""
    parse = PARSERS[name]
    parse("5")
    for piece in PIECES:
        for head in ("", "### The final answer is: "):
            texts = [head + (piece * length)[:length] + "x" for length in
                     (LENGTH, 2 * LENGTH, 4 * LENGTH)]  # fmt: skip
            longest = seconds_of(parse, texts[2])
            if longest < 8 * PER_LENGTH:
                continue
            for _ in range(3):  # other work on the machine makes single times longer
                times = [seconds_of(parse, text) for text in texts]
                if times[2] < 3.2 * max(times[1], PER_LENGTH):
                    break
            else:
                raise AssertionError(f"{name}: {times} s for {head!r} and {piece!r}")


@pytest.mark.parametrize("text", ["log _log log log \n_1 2/3"])
def test_what_fuzzing_found_is_read_or_refused(text):
    for parse in PARSERS.values():
        with contextlib.suppress(ValueError):
            parse(text)
