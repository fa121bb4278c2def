"""The forms that pairs are written in, read as TRL's.

TRL's rows have ``prompt``, ``chosen`` and ``rejected``, each text or a conversation; for KTO they
are unpaired: ``prompt``, ``completion``, ``label``. Where ``prompt`` is absent, ``chosen`` and
``rejected`` are whole conversations that begin alike. LLaMA-Factory's have the prompt as
``conversations`` or ``messages`` and a turn as ``chosen`` and ``rejected``, or a ``kto_tag``;
ms-swift's have the chosen response in ``messages`` and ``rejected_response`` beside them; RLAIF-V's
and MMPR's have a ``question``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from r1vl_kedro.records.turns import as_turn, content_of, images_in

_TALKS = ("messages", "conversations")
_SPOKEN = ("prompt", "chosen", "rejected", "completion")


def in_trl_form(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of any of the forms as TRL's, its turns with ``role`` and ``content``."""
    ours = {**row, **{key: _turns(row[key]) for key in _SPOKEN if key in row}}
    if ours.get("prompt") is not None:
        return ours
    turns = next((_turns(row[key]) for key in _TALKS if isinstance(row.get(key), list)), None)
    if turns is None:
        question = row.get("question")
        return {**ours, "prompt": question} if isinstance(question, str) else ours
    tag = row.get("label") if row.get("kto_tag") is None else row["kto_tag"]
    rejected = row.get("rejected_response")
    if rejected is not None or ("rejected_response" in row and tag is None):
        return {**ours, "prompt": turns[:-1], "chosen": turns[-1:], "rejected": rejected}
    if tag is not None:
        return {**ours, "prompt": turns[:-1], "completion": turns[-1:], "label": tag}
    return {**ours, "prompt": turns}


def _turns(value: Any) -> Any:
    """Return a turn, or a list of turns, as a list of ``{role, content}``; else what is given."""
    turns = [value] if isinstance(value, Mapping) else value
    if not isinstance(turns, list):
        return turns
    return [as_turn(turn) if isinstance(turn, Mapping) else turn for turn in turns]


def images_in_prompt(row: Mapping[str, Any]) -> list[Any]:
    """List the images that the parts of a prompt in TRL's form hold themselves."""
    prompt = row.get("prompt")
    if prompt is None and isinstance(row.get("chosen"), list):
        prompt = row["chosen"][:-1]
    turns = prompt if isinstance(prompt, list) else []
    return [
        one for turn in turns if isinstance(turn, Mapping) for one in images_in(turn["content"])
    ]


def texts_of_pair(row: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """Return (question, chosen, rejected) of a row in TRL's form, paired or not."""
    chosen, rejected = row.get("chosen"), row.get("rejected")
    paired = chosen is not None and rejected is not None
    if row.get("completion") is not None or (not paired and row.get("label") is not None):
        label, text = row.get("label"), _answer(row.get("completion"), "completion")
        if label not in (True, False):
            raise ValueError(f"label is {label!r:.100}; wanted true or false")
        return (_question(row.get("prompt")), *((text, None) if label else (None, text)))
    if row.get("prompt") is not None:
        return _question(row["prompt"]), _answer(chosen, "chosen"), _answer(rejected, "rejected")
    if not isinstance(chosen, list) or not isinstance(rejected, list):
        raise ValueError("there is no prompt, and chosen and rejected are no whole conversations")
    if chosen[:-1] != rejected[:-1]:
        raise ValueError("chosen and rejected are conversations that do not begin alike")
    return _question(chosen[:-1]), _answer(chosen, "chosen"), _answer(rejected, "rejected")


def _question(prompt: Any) -> str:
    """Return the text of the one user turn, a mark for each image part."""
    if isinstance(prompt, list):
        roles = [turn.get("role") if isinstance(turn, Mapping) else turn for turn in prompt]
        if roles != ["user"] or not isinstance(prompt[0], Mapping):
            raise ValueError(f"the prompt has the turns {roles!r:.150}; wanted one of the user")
        prompt = content_of(prompt[0], "prompt")
    if not isinstance(prompt, str):
        raise ValueError(f"prompt is {prompt!r:.150}; wanted text or a conversation")
    return prompt.strip()


def _answer(value: Any, name: str) -> str:
    """Return a response's text, or that of the last turn of a conversation."""
    if isinstance(value, list) and value and isinstance(value[-1], Mapping):
        if value[-1].get("role") != "assistant":
            raise ValueError(f"{name} ends with a turn of {value[-1].get('role')!r:.50}")
        value = content_of(value[-1], name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r:.150}; wanted text or a conversation")
    return value
