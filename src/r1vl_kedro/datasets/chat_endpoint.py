"""Kedro dataset: a chat endpoint."""

from __future__ import annotations

from typing import Any

from r1vl_kedro.datasets.read_only import ReadOnlyDataset
from r1vl_kedro.endpoint import ChatClient, ChatOptions
from r1vl_kedro.scrubbing import scrub


class ChatEndpointDataset(ReadOnlyDataset):
    """A model behind an OpenAI-compatible API, hosted or a vLLM server.

    Example catalog entry::

        annotation_llm:
          type: r1vl_kedro.datasets.ChatEndpointDataset
          model: gpt-4o
          cache: data/02_intermediate/annotation_answers.sqlite
          options: {concurrency: 16, max_usd: 50, usd_per_million_input: 2.5}

    The key comes from the environment (``endpoint.connection.KEY``); for an endpoint with a key of
    its own, ``credentials`` names an entry of ``conf/local/credentials.yml`` that holds
    ``api_key``. Nothing is sent before a node asks.
    """

    def __init__(
        self,
        *,
        model: str,
        cache: str,
        base_url: str | None = None,
        options: dict[str, Any] | None = None,
        credentials: dict[str, str] | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        self._model, self._cache, self._base_url = model, cache, base_url
        self._options = ChatOptions.model_validate(options or {})
        self._key = (credentials or {}).get("api_key")
        self.metadata = metadata

    def load(self) -> ChatClient:
        """Return the client; opens no connection."""
        return ChatClient(
            model=self._model,
            cache=self._cache,
            base_url=self._base_url,
            api_key=self._key,
            options=self._options,
        )

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {
            "model": self._model,
            "base_url": self._base_url and scrub(self._base_url),
            "cache": self._cache,
        }
