"""Generation behind an endpoint that speaks the OpenAI API."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from r1vl_kedro.generation.engines import Completion, Prompt

if TYPE_CHECKING:
    from r1vl_kedro.generation.options import DecodingOptions


class OpenAIEngine:
    """Chat completions of an endpoint, `batch_size` requests at a time.

    The key comes from the environment (``OPENAI_API_KEY``); a server of one's own needs none.
    Dropped connections, 429 and 5xx are tried again by the client, ever more patiently.
    """

    def __init__(self, checkpoint: str, options: DecodingOptions) -> None:
        import os

        from openai import OpenAI

        self._options = options
        self._model = options.model_name or checkpoint
        key = os.environ.get("OPENAI_API_KEY") or "unset"
        self._client = OpenAI(base_url=options.base_url, api_key=key, max_retries=6, timeout=600)

    def generate(self, prompts: Sequence[Prompt], seed: int) -> list[list[Completion]]:
        """Completions in the order of the prompts."""
        with ThreadPoolExecutor(self._options.batch_size) as pool:
            return list(pool.map(lambda prompt: self._ask(prompt, seed), prompts))

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
        )
        # An endpoint counts the tokens of all samples together.
        used = answer.usage.completion_tokens if answer.usage else 0
        return [
            Completion(
                choice.message.content or "",
                tokens=used // len(answer.choices),
                truncated=choice.finish_reason == "length",
            )
            for choice in answer.choices
        ]


def chat(prompt: Prompt) -> list[dict[str, Any]]:
    """The messages with images as PNG data URLs, in the order of their marks."""
    images = iter(prompt.images)
    messages = []
    for message in prompt.messages:
        content = [
            {"type": "image_url", "image_url": {"url": data_url(next(images))}}
            if part["type"] == "image"
            else part
            for part in message["content"]
        ]
        messages.append({"role": message["role"], "content": content})
    return messages


def data_url(image: Any) -> str:
    """A PIL image as a ``data:`` URL."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
