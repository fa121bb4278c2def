"""How the tests run vLLM on a CPU: float32, so that engines round alike; more in the Makefile."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

CONTEXT = 512
DECODING = {
    "max_new_tokens": 160,
    "dtype": "float32",
    "max_model_len": CONTEXT,
    "max_images": 1,
    "batch_size": 16,
}
START_S = 400


class Server:
    """A vLLM server of its own process; `url` is the root of its API."""

    def __init__(self, command: list[str], log: Path, **environment: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.root, self.log = f"http://127.0.0.1:{port}", log
        self.url = f"{self.root}/v1"
        with log.open("wb") as stream:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", *command,
                    "--host", "127.0.0.1", "--port", str(port),
                ],
                stdout=stream,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
            )  # fmt: skip

    def __enter__(self):
        until = time.monotonic() + START_S
        while self._process.poll() is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.root}/health", timeout=5):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        self.__exit__()
        raise AssertionError(f"no server came up:\n{self.log.read_text()[-4000:]}")

    def __exit__(self, *error):
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)
