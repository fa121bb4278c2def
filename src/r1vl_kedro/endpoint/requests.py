"""What is asked of a chat endpoint, how, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from r1vl_kedro.parameters import Options


class ChatOptions(Options):
    """How to talk to an endpoint.

    Attributes:
        concurrency: requests on their way at once.
        retries: further attempts for one record, after time-outs, dropped connections, 408, 409,
            429, 5xx, and answers that are not what was asked for.
        backoff_s: seconds before the first retry; doubles each time, with jitter, up to
            ``max_backoff_s``. ``Retry-After`` of the endpoint goes first.
        max_usd: stop before spending more than this; counts what the cache has seen paid.
        max_calls: stop after this many calls in one run.
        usd_per_million_input, usd_per_million_output: prices, for estimate and budget.
        structured: ``json_schema`` (strict), ``json_object``, or ``none`` for plain text.
    """

    concurrency: int = Field(default=8, ge=1)
    timeout_s: float = Field(default=60.0, gt=0)
    retries: int = Field(default=6, ge=0)
    backoff_s: float = Field(default=1.0, ge=0)
    max_backoff_s: float = Field(default=60.0, ge=0)
    temperature: float = Field(default=0.0, ge=0)
    max_tokens: int = Field(default=1024, ge=1)
    max_usd: float | None = Field(default=None, ge=0)
    max_calls: int | None = Field(default=None, ge=0)
    usd_per_million_input: float = Field(default=0.0, ge=0)
    usd_per_million_output: float = Field(default=0.0, ge=0)
    structured: str = Field(default="json_schema", pattern="^(json_schema|json_object|none)$")


@dataclass(frozen=True)
class ChatRequest:
    """One question to the endpoint.

    Attributes:
        key: the record it is about; answers come back under it.
        messages: OpenAI chat messages.
        schema: JSON schema of the answer, or None for plain text.
        check: raises ValueError where a parsed answer is not acceptable, and may convert it.
    """

    key: str
    messages: Sequence[Mapping[str, Any]]
    schema: Mapping[str, Any] | None = None
    check: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class ChatAnswer:
    """What came of a request: ``value`` (parsed, or text), or ``error`` after all retries."""

    key: str
    value: Any = None
    error: str = ""
    cached: bool = False


@dataclass(frozen=True)
class Estimate:
    """What a run would cost: calls still to make, tokens and US dollars (an upper estimate)."""

    requests: int
    cached: int
    calls: int
    input_tokens: int
    output_tokens: int
    usd: float


def parse_json(text: str) -> Any:
    """Read the JSON value of an answer, code fences around it allowed; ValueError otherwise."""
    text = text.strip()
    if text.startswith("```"):
        text = text.split("\n", 1)[-1].rsplit("```", 1)[0]
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
