"""Ask a chat endpoint with the OpenAI API, many times, and pay for nothing twice.

Every answer goes into a SQLite cache the moment it arrives, keyed by model, prompt, settings and
record, so a killed run goes on where it stopped. Each request carries that key as
``Idempotency-Key``: an endpoint that honours it does not charge again for an answer that was on
its way when the client died.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from r1vl_kedro.endpoint.cache import AnswerCache
from r1vl_kedro.endpoint.connection import AgainError, Connection, EndpointError, pause
from r1vl_kedro.endpoint.replies import choices_of, storable, tokens_of
from r1vl_kedro.endpoint.requests import (
    ChatAnswer,
    ChatOptions,
    ChatRequest,
    Estimate,
    parse_json,
)
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.scrubbing import scrub

logger = logging.getLogger(__name__)

CHARACTERS_PER_TOKEN = 3.5
TOKENS_PER_IMAGE = 1500
"""About what GPT-4o counts for a large image; smaller ones are less."""
GIVE_UP_AFTER = 8
_IMAGE = re.compile(r'data:image/[^"]*')


class BudgetReached(UserFacingError):
    """The budget is used up; what was answered is kept, the same command goes on from there."""


class ChatClient:
    """Bounded, retrying, caching access to one model behind one endpoint.

    Args:
        base_url: of the API, such as ``http://127.0.0.1:8000/v1``; None for the library's default.
        model: name the endpoint knows.
        api_key: None for that of the environment; never logged, never in errors.
        cache: SQLite file.
    """

    def __init__(
        self,
        *,
        model: str,
        cache: str | Path,
        base_url: str | None = None,
        api_key: str | None = None,
        options: ChatOptions | None = None,
    ):
        self.model, self.base_url = model, base_url
        self.options = options or ChatOptions()
        self.cache_path = Path(cache)
        self._secret = api_key
        self._cache: AnswerCache | None = None
        self._calls = 0
        self._reserved = 0.0
        self._in_vain = 0
        self._dearer = 1.0  # the most by which an answer cost more than guessed
        self._counting = threading.Lock()
        self._opening = threading.Lock()

    def __repr__(self) -> str:
        return f"ChatClient(model={self.model!r}, base_url={scrub(str(self.base_url))!r})"

    @property
    def cache(self) -> AnswerCache:
        """Return the answer cache, opened on first use, by one thread."""
        with self._opening:
            if self._cache is None:
                self._cache = AnswerCache(self.cache_path)
            return self._cache

    def key_of(self, request: ChatRequest) -> str:
        """Make the key of an answer: model, prompt, settings and record."""
        parts = {
            "model": self.model,
            "record": request.key,
            "messages": list(request.messages),
            "schema": request.schema,
            "structured": self.options.structured,
            "temperature": self.options.temperature,
            "max_tokens": self.options.max_tokens,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def estimate(self, requests: Iterable[ChatRequest]) -> Estimate:
        """Estimate what requests would cost, without a call."""
        total = cached = tokens = 0
        for request in requests:
            total += 1
            if self.cache.get(self.key_of(request)) is not None:
                cached += 1
                continue
            tokens += self._input_tokens(request)
        calls = total - cached
        output = calls * self.options.max_tokens
        return Estimate(total, cached, calls, tokens, output, self._usd(tokens, output))

    def answers(self, requests: Iterable[ChatRequest]) -> Iterator[ChatAnswer]:
        """Yield answers in the order of the requests, a bounded number ahead.

        A record whose every attempt failed comes back with ``error``; it is asked again next time.

        Raises:
            EndpointError: the endpoint refuses the key or the model, or nothing listens there.
            BudgetReached: with what was done and what is needed to go on.
        """
        client = Connection(
            base_url=self.base_url,
            api_key=self._secret,
            timeout_s=self.options.timeout_s,
            connections=self.options.concurrency,
        )
        waiting: deque[Future[ChatAnswer]] = deque()
        done = 0
        pool = ThreadPoolExecutor(self.options.concurrency, thread_name_prefix="llm")
        try:
            for request in requests:
                waiting.append(pool.submit(self._answer, client, request))
                if len(waiting) >= 4 * self.options.concurrency:
                    yield waiting.popleft().result()
                    done += 1
            while waiting:
                yield waiting.popleft().result()
                done += 1
        except BudgetReached as error:
            raise BudgetReached(
                f"{error}; {done} records done, all answers kept in {self.cache_path}; "
                "raise the budget and run the same command to go on"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            client.close()

    def _answer(self, client: Connection, request: ChatRequest) -> ChatAnswer:
        key = self.key_of(request)
        stored = self.cache.get(key)
        if stored is not None:
            try:
                return ChatAnswer(request.key, self._value(request, stored), cached=True)
            except ValueError:
                logger.info("record %s: the kept answer no longer fits; asked again", request.key)
        error, unusable = "", 0
        for attempt in range(self.options.retries + 1):
            idempotency = f"{key}-{unusable}"  # the same while no answer arrived
            try:
                text = self._call(client, request, idempotency, key)
                value = self._value(request, text)
            except AgainError as again:
                error = str(again)
                if attempt < self.options.retries:
                    time.sleep(
                        pause(
                            *(attempt, again.after),
                            *(self.options.backoff_s, self.options.max_backoff_s),
                        )
                    )
                continue
            except ValueError as problem:
                error = f"answer not as asked for: {problem}"
                unusable += 1
                continue
            self.cache.put(key, request.key, self.model, text)
            self._in_vain = 0
            return ChatAnswer(request.key, value)
        logger.warning("record %s: given up after %d attempts: %s", request.key, attempt + 1, error)
        with self._counting:
            self._in_vain += not unusable
            in_vain = self._in_vain
        if in_vain > max(GIVE_UP_AFTER, 2 * self.options.concurrency):
            raise EndpointError(
                f"{client.address} answered none of the last {in_vain} records ({error}); "
                f"earlier answers are kept in {self.cache_path}"
            )
        return ChatAnswer(request.key, error=error)

    def _value(self, request: ChatRequest, text: str) -> Any:
        value = parse_json(text) if request.schema is not None else text
        return request.check(value) if request.check else value

    def _call(self, client: Connection, request: ChatRequest, idempotency: str, key: str) -> str:
        guess = self._usd(self._input_tokens(request), self.options.max_tokens)
        expected = self._reserve(guess)
        body = {
            "model": self.model,
            "messages": list(request.messages),
            "temperature": self.options.temperature,
            "max_tokens": self.options.max_tokens,
            **self._format(request),
        }
        try:
            reply = client.post("/chat/completions", body, {"Idempotency-Key": idempotency})
            tokens = tokens_of(reply)
            if tokens is not None:
                paid = self._usd(*tokens)
                self.cache.pay(key, tokens, paid)
                if guess:
                    self._dearer = max(self._dearer, paid / guess)
        finally:
            with self._counting:
                self._reserved -= expected
        choice = choices_of(reply)[0]
        if not choice.text:
            raise ValueError("it is empty")
        if choice.finish_reason == "length":
            raise ValueError(f"cut off after {self.options.max_tokens} tokens (max_tokens)")
        if not storable(choice.text):
            raise ValueError("it holds half of a surrogate pair, which is no text")
        return choice.text

    def _format(self, request: ChatRequest) -> dict[str, Any]:
        if request.schema is None or self.options.structured == "none":
            return {}
        if self.options.structured == "json_object":
            return {"response_format": {"type": "json_object"}}
        schema = {"name": "answer", "strict": True, "schema": dict(request.schema)}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}

    def _reserve(self, guess: float) -> float:
        """Set a call's expected cost aside before it is made, or stop; returns that cost."""
        options = self.options
        with self._counting:
            expected = guess * self._dearer
            if options.max_calls is not None and self._calls >= options.max_calls:
                raise BudgetReached(f"budget of {options.max_calls} calls used up")
            if options.max_usd is not None:
                spent = self.cache.spent()
                if spent + self._reserved + expected > options.max_usd:
                    raise BudgetReached(
                        f"budget of {options.max_usd:g} USD: {spent:.4f} spent, "
                        f"the next call may cost {expected:.4f}"
                    )
            self._calls += 1
            self._reserved += expected
            return expected

    def _input_tokens(self, request: ChatRequest) -> int:
        text = json.dumps([list(request.messages), request.schema], ensure_ascii=False)
        text, images = _IMAGE.subn("", text)
        return int(len(text) / CHARACTERS_PER_TOKEN) + images * TOKENS_PER_IMAGE + 1

    def _usd(self, tokens_in: int, tokens_out: int) -> float:
        options = self.options
        return (
            tokens_in * options.usd_per_million_input + tokens_out * options.usd_per_million_output
        ) / 1e6
