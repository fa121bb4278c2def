"""Generation behind an endpoint that speaks the OpenAI API."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from r1vl_kedro.endpoint.connection import AgainError, Connection, EndpointError, patiently
from r1vl_kedro.endpoint.replies import Choice, choices_of, tokens_of
from r1vl_kedro.generation.engines import Completion, Prompt, seed_of
from r1vl_kedro.records.images import data_uri

if TYPE_CHECKING:
    from r1vl_kedro.generation.options import DecodingOptions

log = logging.getLogger(__name__)

TIMEOUT_S = 600.0


class OpenAIEngine:
    """Chat completions of an endpoint, `batch_size` requests at a time.

    The key comes from the environment (``connection.KEY``); a server of one's own needs none.
    Dropped connections, 429 and 5xx are tried again by the client, ever more patiently.

    A vLLM server is asked for more than the OpenAI API knows, so that its answers are those of the
    other engines: no vision placeholder is sampled, nothing is taken over from the checkpoint's
    ``generation_config.json`` (Qwen2-VL's has top_k 1 and a repetition penalty), and tokens are
    counted for each sample, without the end token. Elsewhere tokens are what the endpoint bills.

    Raises:
        EndpointError: nothing answers at `base_url`, all retries included.
    """

    def __init__(self, checkpoint: str, options: DecodingOptions, retries: int = 6) -> None:
        self._options, self._retries = options, retries
        self._model = options.model_name or checkpoint
        self._connection = Connection(
            base_url=options.base_url,
            timeout_s=TIMEOUT_S,
            connections=options.batch_size,
        )
        self._more = self._vllm_extras() if self._is_vllm() else self._api_extras()

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def generate(self, prompts: Sequence[Prompt], seed: int) -> list[list[Completion]]:
        """Return completions in the order of the prompts; after a failure ask for no more."""
        pool = ThreadPoolExecutor(self._options.batch_size)
        try:
            waiting = [
                pool.submit(self._ask, prompt, seed_of(seed, number))
                for number, prompt in enumerate(prompts)
            ]
            return [future.result() for future in waiting]
        finally:
            pool.shutdown(cancel_futures=True)

    def _patiently(self, call: Callable[[], Any]) -> Any:
        return patiently(call, self._retries, self._connection.address)

    def _is_vllm(self) -> bool:
        try:
            models = self._patiently(lambda: self._connection.get("/models"))
        except EndpointError as error:
            if error.status == 404:  # an endpoint that lists no models
                return False
            raise
        except ValueError as error:
            raise EndpointError(f"{self._connection.address} refuses /models: {error}") from None
        listed = models.get("data") if isinstance(models, dict) else None
        listed = listed if isinstance(listed, list) else []
        return any(isinstance(m, dict) and m.get("owned_by") == "vllm" for m in listed)

    def _api_extras(self) -> dict[str, Any]:
        if self._options.top_k:
            log.warning(
                "top_k %d is not part of the OpenAI API and was not sent to %s",
                self._options.top_k,
                self._connection.address,
            )
        return {}

    def _vllm_extras(self) -> dict[str, Any]:
        extras: dict[str, Any] = {
            "top_k": self._options.top_k,
            "min_p": 0.0,
            "repetition_penalty": 1.0,
            "return_token_ids": True,
        }
        never = self._served_vision_tokens()
        return extras if not never else {**extras, "logit_bias": dict.fromkeys(never, -100)}

    def _served_vision_tokens(self) -> list[str]:
        """Return ids of the vision placeholders in the served model's vocabulary, as in JSON."""
        from r1vl_kedro.models import VISION_TOKENS

        if not self._model:
            return []
        place = self._connection.beside("tokenize")  # not below http://host:8000/v1
        found = []
        for token in VISION_TOKENS:
            body = {"model": self._model, "prompt": token, "add_special_tokens": False}
            try:
                reply = self._patiently(lambda body=body: self._connection.post(place, body))
                [*ids] = reply["tokens"]
            except (ValueError, TypeError, KeyError) as error:
                said = f"{type(error).__name__}: {error!s:.200}"
                raise EndpointError(f"{place} gives no tokens of {token} ({said})") from None
            if len(ids) == 1:
                found.append(str(ids[0]))
        return found

    def _ask(self, prompt: Prompt, seed: int) -> list[Completion]:
        options = self._options
        body = {
            "model": self._model,
            "messages": chat(prompt),
            "max_completion_tokens": options.max_new_tokens,
            "temperature": options.temperature,
            "top_p": options.top_p,
            "n": options.num_samples,
            "seed": seed,
            **self._more,
        }
        return self._patiently(lambda: self._complete(body))

    def _complete(self, body: dict[str, Any]) -> list[Completion]:
        try:
            reply = self._connection.post("/chat/completions", body)
        except ValueError as error:
            raise EndpointError(f"{self._connection.address} refuses a question: {error}") from None
        try:
            choices = choices_of(reply)
        except ValueError as error:
            raise AgainError(f"the reply is odd: {error}") from None
        if len(choices) != body["n"]:
            raise AgainError(f"the reply has {len(choices)} completions, asked for {body['n']}")
        # An endpoint bills the tokens of all samples together.
        billed = tokens_of(reply) or (0, 0)
        return [_completion(choice, billed[1] // len(choices)) for choice in choices]


def try_endpoint(options: DecodingOptions) -> None:
    """Ask an endpoint for one token, as it will be asked; only for its models without a name.

    Raises:
        EndpointError: nothing answers, or what answers refuses the key, the model or the request.
    """
    one = options.model_copy(update={"max_new_tokens": 1, "num_samples": 1, "batch_size": 1})
    engine = OpenAIEngine(options.model_name or "", one, retries=1)
    try:
        if options.model_name:
            question = [{"role": "user", "content": [{"type": "text", "text": "1 + 1 ="}]}]
            engine.generate([Prompt(question, [])], seed=0)
    finally:
        engine.close()


def _completion(choice: Choice, billed: int) -> Completion:
    ended = choice.finish_reason == "stop"
    return Completion(
        choice.text.encode("utf-8", "replace").decode(),
        tokens=billed if choice.token_ids is None else len(choice.token_ids) - ended,
        truncated=choice.finish_reason == "length",
    )


def chat(prompt: Prompt) -> list[dict[str, Any]]:
    """Return the messages with images as PNG data URLs, in the order of their marks."""
    images = iter(prompt.images)
    messages = []
    for message in prompt.messages:
        content = [
            {"type": "image_url", "image_url": {"url": data_uri(next(images))}}
            if part["type"] == "image"
            else part
            for part in message["content"]
        ]
        messages.append({"role": message["role"], "content": content})
    return messages
