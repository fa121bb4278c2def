"""Requests to an endpoint with the OpenAI API: one attempt, one deadline, no redirects."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.scrubbing import has_user_info, read_key, scrub

Result = TypeVar("Result")
RETRY_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
REFUSED_STATUS = frozenset({401, 403, 404})
_SHOWN = 200


class EndpointError(UserFacingError, ConnectionError):
    """The endpoint cannot be used at all: wrong key or address, unknown model, nothing there."""

    def __init__(self, message: str, status: int | None = None):
        super().__init__(message)
        self.status = status


KEY = "OPENAI_API_KEY"
"""The environment variable with the key of every endpoint that is given none of its own."""


BASE_URL = "OPENAI_BASE_URL"
"""The environment variable with the address of every endpoint that is given none of its own."""
OPENAI = "https://api.openai.com/v1"


def is_address(url: str) -> bool:
    """Tell whether a text is an address of the web, such as ``http://127.0.0.1:8000/v1``."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port beyond 65535, half an IPv6 address
        return False
    return bool(fine) and not re.search(r"\s", url)


class AgainError(Exception):
    """Try again, after so many seconds where the endpoint names them; ``silent``: no reply came."""

    def __init__(self, message: str, after: float | None = None, *, silent: bool = False):
        super().__init__(message)
        self.after, self.silent = after, silent


class Connection:
    """JSON requests to one base address, from as many threads as like.

    Args:
        base_url: such as ``http://127.0.0.1:8000/v1``; None for that of the environment, else
            OpenAI's.
        api_key: of an endpoint with a key of its own; None takes that of the environment, which a
            server of one's own does not need.
        timeout_s: seconds for a whole call, from the connection to the reply's last byte.

    Raises:
        EndpointError: ``base_url`` is no address or holds a password, or the environment names a
            proxy or certificates that cannot be used.
        SecretError: no HTTP header takes the key.
    """

    def __init__(
        self,
        *,
        base_url: str | None,
        timeout_s: float,
        connections: int,
        api_key: str | None = None,
    ):
        where = "base_url" if base_url else BASE_URL
        base_url = base_url or os.environ.get(BASE_URL, "").strip() or OPENAI
        if has_user_info(base_url):
            raise EndpointError(
                f"{where} {scrub(base_url)} came with a user name or a password; give the key as "
                f"{KEY}, or as api_key in conf/local/credentials.yml"
            )
        if not is_address(base_url):
            raise EndpointError(
                f"{where} is {base_url!r:.200}; give an address such as http://127.0.0.1:8000/v1"
            )
        from openai import AsyncOpenAI

        self._client = AsyncOpenAI(
            api_key=read_key(api_key or os.environ.get(KEY), f"the endpoint's key ({KEY})")
            or "unset",
            base_url=base_url,
            max_retries=0,
            timeout=timeout_s,
            http_client=_client(timeout_s, connections),
        )
        self._timeout_s = timeout_s
        # A deadline for a whole call needs a task that can be cancelled: a timeout of httpx
        # starts anew with every byte that a slow server sends.
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True, name="endpoint").start()

    @property
    def address(self) -> str:
        """Return the base address, as it may be shown."""
        return scrub(str(self._client.base_url)).rstrip("/")

    def beside(self, path: str) -> str:
        """Find an address beside the API, such as vLLM's ``/tokenize`` next to ``/v1``."""
        return str(self._client.base_url.join(f"../{path}"))

    def get(self, path: str) -> Any:
        """Read a JSON value; raises as `post` does."""
        return self._call("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None):
        """Send a JSON body and read the JSON reply.

        Raises:
            AgainError: a time-out, a dropped connection, a reply that is no JSON, or a status that
                passes (408, 409, 425, 429, 5xx).
            EndpointError: a redirect, or 401, 403 or 404.
            ValueError: any other status: this request is refused, another may not be.
        """
        return self._call("POST", path, dict(body), dict(headers or {}))

    def close(self) -> None:
        """Close the connections."""
        self._wait(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _wait(self, work: Any) -> Any:
        task = asyncio.wait_for(work, self._timeout_s)
        return asyncio.run_coroutine_threadsafe(task, self._loop).result()

    def _call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        import httpx
        import openai

        options = {"headers": headers} if headers else {}
        if method == "GET":
            work = self._client.get(path, cast_to=httpx.Response, options=options)
        else:
            work = self._client.post(path, cast_to=httpx.Response, body=body, options=options)
        try:
            return json.loads(self._wait(work).content)
        except TimeoutError:
            what = f"no answer within {self._timeout_s:g} s at {self.address}"
            raise AgainError(what, silent=True) from None
        except openai.APIStatusError as error:
            raise self._refusal(error, f"model {body['model']!r}" if body else path) from None
        except (openai.APIError, ValueError, RecursionError) as error:
            what = f"{type(error).__name__} at {self.address}"
            silent = isinstance(error, openai.APIConnectionError)
            raise AgainError(what, silent=silent) from None

    def _refusal(self, error: Any, what: str) -> Exception:
        status, detail = error.status_code, str(error)
        body = error.response.text.strip()
        if body and detail == f"Error code: {status}" and not body.startswith("<"):  # HTML
            detail = f"{detail} - {body}"
        detail = scrub(detail).replace("\n", " ")[:_SHOWN]
        if status in RETRY_STATUS:
            return AgainError(detail, _retry_after(error.response.headers))
        if 300 <= status < 400:
            return EndpointError(
                f"{self.address} redirects ({status}), which is not followed; set base_url to the "
                "address that answers",
                status,
            )
        if status in REFUSED_STATUS:
            return EndpointError(f"{self.address} refuses {what}: {detail}", status)
        return ValueError(f"status {status}: {detail}")


def _client(timeout_s: float, connections: int) -> Any:
    import httpx

    try:
        return httpx.AsyncClient(
            follow_redirects=False,
            timeout=timeout_s,
            limits=httpx.Limits(max_connections=connections),
        )
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        raise EndpointError(
            "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE or SSL_CERT_DIR of the environment "
            f"cannot be used: {scrub(str(error)):.200}"
        ) from error


def pause(attempt: int, after: float | None, backoff_s: float, longest_s: float) -> float:
    """Choose the seconds before the next attempt: the endpoint's Retry-After, else ever more."""
    if after is not None:
        return min(after, longest_s)
    return min(backoff_s * 2**attempt, longest_s) * random.uniform(0.5, 1.0)


def patiently(call: Callable[[], Result], retries: int, address: str) -> Result:
    """Call until it succeeds, with ``retries`` further attempts after those that may pass.

    Raises:
        EndpointError: the last attempt failed, too; names the address and why.
    """
    for attempt in range(retries + 1):
        try:
            return call()
        except AgainError as again:
            if attempt == retries:
                problem = "nothing answers at" if again.silent else "no usable answer from"
                raise EndpointError(
                    f"{problem} {address} ({again}); set base_url to the address of an "
                    "endpoint that speaks the OpenAI API, such as http://127.0.0.1:8000/v1"
                ) from None
            time.sleep(pause(attempt, again.after, 0.5, 30.0))
    raise AssertionError("retries is negative")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) * unit)
        except ValueError:
            continue
    return None
