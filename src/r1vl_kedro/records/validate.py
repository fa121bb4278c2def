"""Check every record once; set aside what cannot be used, with the reason."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from r1vl_kedro.errors import clipped
from r1vl_kedro.prompts import MAX_OPTIONS
from r1vl_kedro.records import images as pictures
from r1vl_kedro.records.clean import reflective_reason
from r1vl_kedro.records.marks import NUMBERED, is_blank, marks_problem, shown_elsewhere
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.questions import left_tag, missing_option, resolve_answer, special_token
from r1vl_kedro.records.rejections import Rejection, nothing_left
from r1vl_kedro.records.schema import RawRecord, RecordsError, groups_of
from r1vl_kedro.records.store import write_rows
from r1vl_kedro.responses import get_grammar, grammar_of, rewrite

if TYPE_CHECKING:
    from datasets import Dataset

In = TypeVar("In")
Out = TypeVar("Out")
AHEAD = 16
"""Records that each thread may be ahead of the one that is waited for."""


def undecodable(texts: Iterable[str]) -> str:
    """Tell where the first text that UTF-8 cannot hold goes wrong; "" if all can be written.

    A lone surrogate is either written so (``\\ud800``) or a byte of the file that is not UTF-8.
    """
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            around = text[max(error.start - 20, 0) : error.start + 20]
            return f"{around!r} holds a lone surrogate, or a byte that is not UTF-8"
    return ""


def _writable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def reference_path(text: str, grammar: str | None) -> str:
    """Return a record's reference path, rewritten in a grammar where its source writes another.

    Reflective paths stay as they are, since what is wrong with them would be lost.

    Args:
        grammar: None leaves every path in the grammar it is written in.

    Raises:
        ValueError: the path is not whole, in its own grammar or in the one wanted; names what is
            missing or out of order.
    """
    given = grammar_of(text)
    wanted = given if grammar is None else get_grammar(grammar)
    if reflective_reason(text):
        return text
    problems = given.problems(given.parse(text))
    if not problems and given is not wanted:
        text = rewrite(text, given, wanted)
        problems = wanted.problems(wanted.parse(text))
    if problems:
        raise ValueError("; ".join(problems))
    return text


def check(
    raw: RawRecord,
    options: ValidationOptions,
    grammar: str | None = None,
    labels: Sequence[str] = (),
) -> dict[str, Any] | Rejection:
    """Check a record: its stored form, images as bytes with their hashes, or why not.

    Args:
        grammar: how its reference path is stored; see `reference_path`.
        labels: names of its labels, which become columns.
    """

    def reject(reason: str, detail: str) -> Rejection:
        return Rejection(
            _writable(raw.id)[:200], "validate", reason, _writable(clipped(detail))[:500]
        )

    for name, text in (
        ("question", raw.question),
        ("options", "\n".join(raw.options)),
        ("answer", raw.answer),
        ("path", raw.solution),
    ):
        if token := special_token(text):
            return reject("special_token", f"{token}, a special token of the model, in the {name}")
    if raw.problem:
        return reject(*raw.problem)
    asked = "\n".join([raw.question, *raw.options])
    problem = marks_problem(asked, len(raw.images), needed=False, own=NUMBERED)
    if problem or (problem := shown_elsewhere(answer=raw.answer, path=raw.solution)):
        return reject(*problem)
    if is_blank(raw.question):
        return reject("empty_question", "the question has no text")
    if len(raw.options) > MAX_OPTIONS:
        return reject("too_many_options", f"{len(raw.options)} options; at most {MAX_OPTIONS}")
    if raw.options and any(map(is_blank, raw.options)):
        return reject("empty_option", f"options are {list(raw.options)!r:.200}")
    if missing := missing_option(raw.options):
        return reject("missing_option", missing)
    solution = raw.solution.strip()
    if not solution and options.require_solution:
        return reject("no_solution", "there is no reference path")
    if solution:
        try:
            solution = reference_path(raw.solution, grammar).strip()
        except ValueError as error:
            return reject("unparsable_path", str(error)[:200])
    if is_blank(raw.answer):
        return reject("empty_answer", "there is no final answer")
    if tag := left_tag(raw.answer):
        return reject(
            "malformed_row",
            f"answer {raw.answer!r:.150} holds {tag}; wanted it alone, or all in <answer></answer>",
        )
    try:
        answer = resolve_answer(raw.answer, list(raw.options))
    except ValueError as error:
        return reject("answer_not_in_options", str(error))
    try:
        key_steps = groups_of(raw.key_steps)
    except ValueError as error:
        return reject("malformed_key_steps", str(error))
    given = {name: raw.labels.get(name, "") for name in labels}
    for name, value in given.items():
        if not isinstance(value, str):
            return reject("malformed_row", f"{name} is {value!r:.100}; wanted text")
    texts = (raw.id, raw.question, *raw.options, raw.answer, raw.solution, raw.family, raw.source)
    texts += tuple(given.values())
    problem = undecodable(chain(texts, *key_steps))
    if problem:
        return reject("malformed_row", problem)
    if token := special_token("\n".join(chain(*key_steps))):
        return reject("special_token", f"{token}, a special token of the model, in the key steps")
    if not raw.images and options.require_image:
        return reject("no_image", "the record names no image")
    encoded, hashes = [], []
    try:
        for image in raw.images:
            name = str(image) if isinstance(image, Path) else "embedded image"
            data = pictures.read(image)
            pictures.check_size(
                pictures.size_of(data, name),
                min_side=options.min_image_side,
                max_aspect=options.max_aspect_ratio,
                name=name,
            )
            encoded.append(data)
            hashes.append(pictures.perceptual_hash(pictures.decode(data, name)))
    except pictures.ImageProblem as error:
        return reject(error.reason, str(error))
    return {
        "id": raw.id,
        "images": encoded,
        "question": raw.question.strip(),
        "options": list(raw.options),
        "answer": answer,
        "solution": solution,
        "family": raw.family,
        "source": raw.source,
        **given,
        "key_steps": key_steps,
        "image_hashes": hashes,
        "sloppy": raw.sloppy,
    }


def ordered_map(
    function: Callable[[In], Out], items: Iterable[In], *, workers: int
) -> Iterator[Out]:
    """Map by threads, results in the order of the items, a bounded number ahead."""
    if workers == 1:
        yield from map(function, items)
        return
    waiting: deque = deque()
    with ThreadPoolExecutor(workers) as pool:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= workers * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def validate(
    source: Iterable[RawRecord],
    options: ValidationOptions,
    *,
    key_steps: bool = False,
    image_hashes: bool = True,
    grammar: str | None = None,
) -> tuple[Dataset, list[Rejection]]:
    """Check a source's records and store the good ones; memory stays bounded.

    Args:
        grammar: how reference paths are stored; see `reference_path`.

    Returns:
        The records on disk (with ``image_hashes`` for the next stages) and what was set aside; the
        labels that a reader declares are text columns.

    Raises:
        RecordsError: a label cannot name a column, or no usable record is left, with the reasons
            and their counts.
    """
    rejections: list[Rejection] = []
    seen: set[str] = set()
    labels = tuple(getattr(source, "labels", ()))

    def good() -> Iterator[dict[str, Any]]:
        checked = ordered_map(
            lambda raw: check(raw, options, grammar, labels), source, workers=options.workers
        )
        for result in checked:
            if isinstance(result, Rejection):
                rejections.append(result)
            elif result["id"] in seen:
                rejections.append(
                    Rejection(result["id"], "validate", "repeated_id", "an earlier record has it")
                )
            else:
                seen.add(result["id"])
                yield result

    how = {"key_steps": key_steps, "image_hashes": image_hashes, "labels": labels}
    dataset = write_rows(good(), **how)
    if not len(dataset):
        raise RecordsError(nothing_left("validation", rejections))
    return dataset, rejections
