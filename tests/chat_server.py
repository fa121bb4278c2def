"""A chat endpoint on the loopback interface that misbehaves as real ones do, and keeps accounts.

An answer is paid for once per ``Idempotency-Key``, as with an endpoint that honours it.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections import Counter

from loopback import Loopback


class ChatServer(Loopback):
    """Serves ``/v1/chat/completions``; ``trouble`` maps a kind of trouble to its share."""

    def __init__(self, answer, trouble=None, delay=0.0, port=0, key="sk-secret"):
        self.answer, self.trouble, self.delay, self.key = answer, trouble or {}, delay, key
        self.asked: Counter[str] = Counter()
        self.served: Counter[str] = Counter()
        self.paid: dict[str, str] = {}
        self.seen: Counter[str] = Counter()
        self.most_at_once = self._now = 0
        self._lock = threading.Lock()
        self._random = random.Random(0)
        super().__init__(port)
        self._closing = False

    def __exit__(self, *error):
        self._closing = True  # connections that stay open are dropped at their next request
        super().__exit__(*error)

    def _kind(self):
        draw = self._random.random()
        for kind, share in self.trouble.items():
            draw -= share
            if draw < 0:
                return kind
        return "fine"

    def post(self, request):
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            kind = self._kind()
        try:
            self._handle(request, kind)
        finally:
            with self._lock:
                self._now -= 1

    def _handle(self, request, kind):
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        idempotency = request.headers["Idempotency-Key"]
        content = body["messages"][-1]["content"]
        record = content if isinstance(content, str) else json.dumps(content)
        if self._closing:
            return self._drop(request)
        with self._lock:
            self.asked[record] += 1
            self.seen[kind] += 1
        if request.headers["Authorization"] != f"Bearer {self.key}":
            return self._reply(request, 401, {"error": {"message": f"bad key {self.key}"}})
        if kind == "429":
            return self._reply(request, 429, {"error": {"message": "slow down"}}, "0.01")
        if kind == "500":
            return self._reply(request, 500, {"error": {"message": "oops"}})
        if kind == "drop":
            return self._drop(request)
        time.sleep(self.delay)
        with self._lock:
            text = self.paid.get(idempotency)
            if text is None:
                text = "{not json" if kind == "malformed" else self.answer(body)
                self.paid[idempotency] = text
        if kind == "drop_after":  # the work is done and paid, the answer never arrives
            return self._drop(request)
        if kind == "garbage":
            return self._raw(request, 200, b"<html>gateway</html>")
        with self._lock:
            self.served[record] += 1
        message = {"role": "assistant", "content": text}
        return self._reply(
            request,
            200,
            {
                "id": "1",
                "object": "chat.completion",
                "created": 0,
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            },
        )

    def _drop(self, request):
        connection = request.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.close_connection = True
        connection.close()

    def _reply(self, request, status, body, retry_after=None):
        self._raw(request, status, json.dumps(body).encode(), retry_after)

    def _raw(self, request, status, data, retry_after=None):
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(data)))
            if retry_after:
                request.send_header("Retry-After", retry_after)
            request.end_headers()
            request.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            request.close_connection = True
