"""The three stages asked of a language model: requests, and checks of what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from r1vl_kedro.annotation.augment import numbers_in, says_the_same
from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.annotation.refine import allowed, spelling
from r1vl_kedro.endpoint import ChatRequest
from r1vl_kedro.prompts import render_question
from r1vl_kedro.rewards import match_key_steps

_TEXTS = {"type": "array", "items": {"type": "string"}}


def object_schema(**properties: Any) -> dict[str, Any]:
    """Return the JSON schema of an object with just these properties, all of them required."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


EXTRACT_SCHEMA = object_schema(
    steps={"type": "array", "items": object_schema(step={"type": "integer"}, key_steps=_TEXTS)}
)
REFINE_SCHEMA = object_schema(key_steps=_TEXTS)
AUGMENT_SCHEMA = object_schema(
    groups={"type": "array", "items": object_schema(key_step={"type": "string"}, phrasings=_TEXTS)}
)


def messages(
    prompts: Mapping[str, Any], stage: str, record: Mapping[str, Any], **more: Any
) -> list[dict[str, str]]:
    """Return a stage's system and user turn for one record.

    Raises:
        ValueError: the prompts have no such stage, or a stage without ``system`` or ``user``.
    """
    values = {
        "question": render_question(record["question"], record["options"]),
        "solution": record["solution"],
        **more,
    }
    turns = []
    for role in ("system", "user"):
        template = (prompts.get(stage) or {}).get(role)
        if not isinstance(template, str):
            raise ValueError(f"the annotation prompts have no text at {stage}.{role}")
        for name, value in values.items():
            template = template.replace("{" + name + "}", str(value))
        turns.append({"role": role, "content": template})
    return turns


def _texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"{where} is {value!r:.100}; wanted a list of texts")
    return list(dict.fromkeys(" ".join(text.split()) for text in value if text.strip()))


def _field(value: Any, name: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise ValueError(f"no {name!r} in {value!r:.100}")
    return value[name]


def _bullets(texts: Sequence[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def extract_request(record: Mapping[str, Any], prompts: Mapping[str, Any]) -> ChatRequest:
    """Ask for the key steps of each step of a record's path."""

    def check(value: Any) -> list[list[str]]:
        steps = _field(value, "steps")
        if not isinstance(steps, list) or not steps:
            raise ValueError(f"steps is {steps!r:.100}; wanted at least one")
        return [_texts(_field(step, "key_steps"), "key_steps") for step in steps]

    return ChatRequest(record["id"], messages(prompts, "extract", record), EXTRACT_SCHEMA, check)


def refine_request(
    record: Mapping[str, Any],
    steps: Sequence[Sequence[str]],
    prompts: Mapping[str, Any],
    options: AnnotationOptions,
) -> ChatRequest:
    """Ask which key steps of a record to keep.

    Those over the word limit, repeated, or not in the reference path are dropped on arrival.
    """
    turns = messages(
        prompts,
        "refine",
        record,
        key_steps=_bullets([key for step in steps for key in step]),
        max_words=options.refine.max_words,
        per_record=options.refine.per_record,
    )

    def check(value: Any) -> list[str]:
        keys = [
            key
            for key in _texts(_field(value, "key_steps"), "key_steps")
            if allowed(key, options.refine)
        ]
        keys = list({spelling(key): key for key in reversed(keys)}.values())[::-1]
        found = match_key_steps(
            record["solution"], [[key] for key in keys], grammar=options.grammar
        )
        kept = [key for key, hit in zip(keys, found, strict=True) if hit]
        if not kept:
            raise ValueError(f"none of the key steps {keys!r:.150} is in the solution")
        return kept[: options.refine.per_record]

    return ChatRequest(record["id"], turns, REFINE_SCHEMA, check)


def augment_request(
    record: Mapping[str, Any],
    keys: Sequence[str],
    prompts: Mapping[str, Any],
    options: AnnotationOptions,
) -> ChatRequest:
    """Ask for phrasings of a record's key steps; every key step keeps its own as the first."""
    most = options.augment.max_phrasings
    turns = messages(prompts, "augment", record, key_steps=_bullets(keys), max_phrasings=most)

    def check(value: Any) -> list[list[str]]:
        groups = _field(value, "groups")
        if not isinstance(groups, list):
            raise ValueError(f"groups is {groups!r:.100}; wanted a list")
        given = {
            spelling(str(_field(group, "key_step"))): _texts(
                _field(group, "phrasings"), "phrasings"
            )
            for group in groups
        }
        made = [list(dict.fromkeys([key, *given.get(spelling(key), [])])) for key in keys]
        return [_consistent(group)[:most] for group in made]

    return ChatRequest(record["id"], turns, AUGMENT_SCHEMA, check)


def _consistent(group: list[str]) -> list[str]:
    """Return phrasings without those that hold other numbers than the key step."""
    wanted = numbers_in(group[0])
    return [
        phrasing
        for phrasing in group
        if numbers_in(phrasing) == wanted or says_the_same(group[0], phrasing)
    ]
