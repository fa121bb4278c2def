"""Secrets: read clean, and kept out of whatever is shown or stored."""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from r1vl_kedro.errors import UserFacingError

_NAMES = re.compile(
    r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD|CREDENTIALS?)(_?\d+)?$"
)
"""Ends of the names of environment variables whose values are secrets."""
_SHORTEST = 6
_USER = re.compile(r"(?<=://)(?:[^/\s'\"]+|[^/\s@:'\"]*:(?!\d+/)[^\s'\"]{,200})@")
"""A name, a password, or both; what is no port behind a colon is a password, with slashes too."""
_QUERY = re.compile(r"(?i)([?&](?:[\w-]*[-_])?(?:apikey|key|token|password|sig|secret)=)[^&\s'\"]+")
_NAMED = re.compile(
    r"(?i)((?:api[-_]?key|(?:access|auth|refresh)[-_]?token|password|secret)['\"]?\s*[:=]\s*['\"]?)"
    r"[^\s'\",}&]{6,}"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")
_KEYS = re.compile(r"\b(?:sk-|hf_|gh[pousr]_|github_pat_|dapi|gsk_|xai-|nvapi-|AIza)[\w-]{12,}")
_known: set[str] = set()


class SecretError(UserFacingError):
    """A key cannot be used as it was given; the message never holds it."""


def read_key(value: str | None, where: str) -> str | None:
    """Strip a key and remember it for `scrub`; None where there is none.

    Args:
        where: what the message names, such as ``OPENAI_API_KEY``.

    Raises:
        SecretError: it holds spaces, line breaks or characters that no HTTP header takes.
    """
    key = (value or "").strip()
    if not key:
        return None
    if len(key) >= _SHORTEST:
        _known.add(key)
    if not all("!" <= character <= "~" for character in key):
        raise SecretError(
            f"{where} holds a space, a line break or a character outside of ASCII; give the key "
            "alone, as the provider shows it"
        )
    return key


def scrub(text: str) -> str:
    """Mask secrets in a text: known keys, user info in URIs, tokens in queries and headers."""
    secrets = {value for name, value in os.environ.items() if _NAMES.search(name.upper())}
    for secret in sorted(secrets | _known, key=len, reverse=True):
        if len(secret.strip()) >= _SHORTEST:
            text = text.replace(secret.strip(), "***")
    text = _USER.sub("", text)
    text = _QUERY.sub(r"\1***", text)
    text = _NAMED.sub(r"\1***", text)
    text = _BEARER.sub(r"\1 ***", text)
    return _KEYS.sub("***", text)


def has_user_info(uri: str) -> bool:
    """Tell whether a URI holds a user name or a password."""
    return _USER.search(uri) is not None


def scrub_output() -> None:
    """Scrub what this process shows from now on: log records, and what Python itself prints.

    That is warnings and the tracebacks of errors that nothing catches, in threads and finalizers
    too.
    """
    _scrub_logs()
    if getattr(sys.excepthook, "scrubs", False):
        return
    worded = warnings.formatwarning
    warnings.formatwarning = lambda *arguments, **options: scrub(worded(*arguments, **options))
    hook = sys.excepthook

    def scrubbing(kind: Any, error: BaseException, trace: Any) -> None:
        if not _print_scrubbed(kind, error, trace):
            hook(kind, error, trace)

    scrubbing.scrubs = True  # type: ignore[attr-defined]
    sys.excepthook = scrubbing
    sys.unraisablehook = _scrubbing(sys.unraisablehook)
    threading.excepthook = _scrubbing(threading.excepthook)


def _scrubbing(hook: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Wrap a hook of one argument, as threads and finalizers have it."""

    def scrubbing(about: Any) -> None:
        if not _print_scrubbed(about.exc_type, about.exc_value, about.exc_traceback):
            hook(about)

    return scrubbing


def _print_scrubbed(kind: Any, error: BaseException | None, trace: Any) -> bool:
    """Print a traceback where it holds a secret, without it; whether it was printed."""
    text = "".join(traceback.format_exception(kind, error, trace))
    clean = scrub(text)
    if clean != text and sys.stderr is not None:
        print(clean, file=sys.stderr, end="", flush=True)
    return clean != text


def _scrub_logs() -> None:
    make = logging.getLogRecordFactory()
    if getattr(make, "scrubs", False):
        return

    def scrubbing(*arguments: Any, **options: Any) -> logging.LogRecord:
        record = make(*arguments, **options)
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # logging reports such a call itself
            return record
        clean = scrub(text)
        if clean != text:
            record.msg, record.args = clean, ()
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            record.exc_text = scrub(trace)
            if record.exc_text != trace:  # rich would draw it anew from the exception
                record.exc_info = None
        return record

    scrubbing.scrubs = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(scrubbing)
