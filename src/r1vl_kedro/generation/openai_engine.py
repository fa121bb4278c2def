"""Generation behind an endpoint that speaks the OpenAI API."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.generation.engines import Completion, Prompt, seed_of
from r1vl_kedro.records.images import data_uri

if TYPE_CHECKING:
    from r1vl_kedro.generation.options import DecodingOptions

log = logging.getLogger(__name__)


class EndpointError(UserFacingError, ConnectionError):
    """Nothing answers at the endpoint's address."""


class OpenAIEngine:
    """Chat completions of an endpoint, `batch_size` requests at a time.

    The key comes from the environment (``OPENAI_API_KEY``); a server of one's own needs none.
    Dropped connections, 429 and 5xx are tried again by the client, ever more patiently.

    A vLLM server is asked for more than the OpenAI API knows, so that its answers are those of the
    other engines: no vision placeholder is sampled, nothing is taken over from the checkpoint's
    ``generation_config.json`` (Qwen2-VL's has top_k 1 and a repetition penalty), and tokens are
    counted for each sample, without the end token. Elsewhere tokens are what the endpoint bills.

    Raises:
        EndpointError: nothing answers at `base_url`, all retries included.
    """

    def __init__(self, checkpoint: str, options: DecodingOptions, retries: int = 6) -> None:
        import os

        from openai import OpenAI

        self._options = options
        self._model = options.model_name or checkpoint
        key = os.environ.get("OPENAI_API_KEY") or "unset"
        self._client = OpenAI(
            base_url=options.base_url, api_key=key, max_retries=retries, timeout=600
        )
        self._more = self._vllm_extras() if self._is_vllm() else self._api_extras()

    def generate(self, prompts: Sequence[Prompt], seed: int) -> list[list[Completion]]:
        """Completions in the order of the prompts; after a failure no more are asked for."""
        pool = ThreadPoolExecutor(self._options.batch_size)
        try:
            waiting = [
                pool.submit(self._ask, prompt, seed_of(seed, number))
                for number, prompt in enumerate(prompts)
            ]
            return [future.result() for future in waiting]
        finally:
            pool.shutdown(cancel_futures=True)

    def _is_vllm(self) -> bool:
        from openai import APIConnectionError, NotFoundError

        try:
            return any(model.owned_by == "vllm" for model in self._client.models.list().data)
        except NotFoundError:  # an endpoint that lists no models
            return False
        except APIConnectionError as error:
            raise EndpointError(
                f"nothing answers at {self._client.base_url}; set evaluation.decoding.base_url to "
                "the address of an endpoint that speaks the OpenAI API, such as "
                "http://127.0.0.1:8000/v1"
            ) from error

    def _api_extras(self) -> dict[str, Any]:
        if self._options.top_k:
            log.warning(
                "top_k %d is not part of the OpenAI API and was not sent to %s",
                self._options.top_k,
                self._client.base_url,
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
        """Ids of the vision placeholders in the served model's vocabulary, as JSON wants them."""
        from r1vl_kedro.training.models import VISION_TOKENS

        # Beside the API, not below it: http://host:8000/tokenize
        place = self._client.base_url.join("../tokenize")
        found = []
        for token in VISION_TOKENS:
            body = {"model": self._model, "prompt": token, "add_special_tokens": False}
            ids = self._client.post(str(place), cast_to=object, body=body)["tokens"]
            if len(ids) == 1:
                found.append(str(ids[0]))
        return found

    def _ask(self, prompt: Prompt, seed: int) -> list[Completion]:
        options = self._options
        answer = self._client.chat.completions.create(
            model=self._model,
            messages=chat(prompt),
            max_completion_tokens=options.max_new_tokens,
            temperature=options.temperature,
            top_p=options.top_p,
            n=options.num_samples,
            seed=seed,
            extra_body=self._more or None,
        )
        # An endpoint bills the tokens of all samples together.
        used = answer.usage.completion_tokens if answer.usage else 0
        return [_completion(choice, used // len(answer.choices)) for choice in answer.choices]


def _completion(choice: Any, billed: int) -> Completion:
    ids = getattr(choice, "token_ids", None)
    ended = choice.finish_reason == "stop"
    return Completion(
        choice.message.content or "",
        tokens=billed if ids is None else len(ids) - ended,
        truncated=choice.finish_reason == "length",
    )


def chat(prompt: Prompt) -> list[dict[str, Any]]:
    """The messages with images as PNG data URLs, in the order of their marks."""
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
