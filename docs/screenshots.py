"""Take the pictures in docs/images of a finished ablation: report, MLflow and Kedro-Viz.

Run it from the project's root, in its environment, after ``kedro run --pipelines=ablation``::

    python docs/screenshots.py                 # all of them
    python docs/screenshots.py --only mlflow   # those whose names begin so

It needs Chromium (Debian: ``apt install chromium``), starts both servers on free ports, and ends
them.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import itertools
import json
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1600, 1000
START_SECONDS, PAGE_SECONDS, DRAWING_SECONDS = 300.0, 120.0, 8.0
PORTS = range(20000, 30000)
"""Below those an operating system hands out: of these Kedro-Viz takes none above 49151."""
LAST_LINES = 20
NOT_THE_FIRST_VISIT = """Object.assign(localStorage, {
  "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": "true",
  "KedroViz": JSON.stringify({showFeatureHints: false, visible: {miniMap: false, sidebar: false}})
})"""
"""At a first visit MLflow's assistant and Kedro-Viz's hints lie over a third of the page."""


@dataclass(frozen=True)
class Picture:
    """A page to open, text to wait for, scripts to run in it one after the other, its height."""

    url: str
    wait_for: str
    scripts: tuple[str, ...] = ()
    height: int = HEIGHT


def click(text: str) -> str:
    """Return a script that clicks the innermost element of this text, where there is one."""
    return (
        "[...document.querySelectorAll('*')].reverse()"
        f".find(e => e.textContent.trim() === {text!r})?.click()"
    )


def pictures(mlflow: str, viz: str) -> dict[str, Picture]:
    """Return what is taken, by the file's stem."""
    from mlflow import MlflowClient

    from r1vl_kedro.tracking.ui import run_url, runs_url
    from r1vl_kedro.tracking.views import parents_with_view

    client = MlflowClient(f"sqlite:///{ROOT / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("r1vl_kedro")
    if experiment is None:
        raise SystemExit("no run is filed; `kedro run --pipelines=ablation` comes first")
    number, parents = experiment.experiment_id, parents_with_view(experiment.tags)
    filed = client.search_runs([number], order_by=["attributes.start_time DESC"])
    ablations = [run for run in filed if run.info.run_id in parents]
    whole = [run for run in ablations if run.info.run_name == "ablation"] or ablations
    if not whole:
        raise SystemExit("no ablation is filed; `kedro run --pipelines=ablation` comes first")
    parent = whole[0].info.run_id
    variants = runs_url(mlflow, number, parent)
    report = (ROOT / "data/08_reporting/report.html").as_uri()
    figure = hashlib.sha1(b"figure_accuracy_png").hexdigest()[:8]  # Kedro-Viz's id of a dataset
    return {
        "report": Picture(report, "Rewards"),
        "report_figures": Picture(f"{report}#figures", "Rewards", height=1500),
        "mlflow": Picture(variants, "step_grpo"),
        "mlflow_charts": Picture(f"{variants}&compareRunsMode=CHART", "accuracy/all"),
        "mlflow_run": Picture(
            run_url(mlflow, number, parent), "Highest accuracy", (click("Show more"),)
        ),
        "kedro_viz": Picture(f"{viz}/?pid=ablation", "reporting", (click("Dismiss"),)),
        "kedro_viz_figure": Picture(
            f"{viz}/?pid=ablation&sid={figure}",
            "Expand preview",
            (click("Dismiss"), click("Expand preview")),
        ),
    }


class Page:
    """A tab of a headless Chromium, driven by its own protocol."""

    def __init__(self, browser: str, profile: Path) -> None:
        from websockets.sync.client import ClientConnection, connect

        port = free_port()
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "about:blank"]
        tabs = f"http://127.0.0.1:{port}/json"
        self._closing = contextlib.ExitStack()
        self._closing.enter_context(running(command, tabs))
        with urllib.request.urlopen(tabs) as answer:
            tab = next(tab for tab in json.load(answer) if tab["type"] == "page")
        self._socket: ClientConnection = self._closing.enter_context(
            connect(tab["webSocketDebuggerUrl"], max_size=None)
        )
        self._numbers = itertools.count(1)
        self.call("Page.enable")
        hovers = [{"name": "hover", "value": "hover"}, {"name": "pointer", "value": "fine"}]
        self.call("Emulation.setEmulatedMedia", features=hovers)
        self.call("Page.addScriptToEvaluateOnNewDocument", source=NOT_THE_FIRST_VISIT)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PAGE_SECONDS))
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']:.200}")
                return answer["result"]

    def run(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"]
        return result.get("value")

    def take(self, picture: Picture, seconds: float = DRAWING_SECONDS) -> bytes:
        """Open a page, wait until it has the text, run the scripts, and return it as PNG.

        Args:
            seconds: to draw the page, and again after each script.
        """
        size = {"width": WIDTH, "height": picture.height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Page.navigate", url="about:blank")  # else another #address is no new page
        self.call("Page.navigate", url=picture.url)
        until = time.monotonic() + PAGE_SECONDS
        wanted = f"(document.body?.textContent ?? '').includes({picture.wait_for!r})"
        while not self.run(wanted):
            if time.monotonic() > until:
                raise SystemExit(f"{picture.url} did not show {picture.wait_for!r}")
            time.sleep(0.5)
        for script in ("", *picture.scripts):
            self.run(script)
            time.sleep(seconds)
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def close(self) -> None:
        """End the browser."""
        self._closing.close()


def free_port() -> int:
    """Find a port of `PORTS` that nothing listens at."""
    for port in PORTS:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit(f"no port from {PORTS[0]} to {PORTS[-1]} is free")


@contextlib.contextmanager
def running(command: Sequence[str], url: str) -> Iterator[None]:
    """Run a server from when it answers at an address until the block ends.

    Raises:
        SystemExit: it ended, or was silent for `START_SECONDS`; with its last lines.
    """
    with tempfile.NamedTemporaryFile() as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        until = time.monotonic() + START_SECONDS
        try:
            while not answers(url):
                if process.poll() is not None or time.monotonic() > until:
                    lines = Path(output.name).read_text(errors="replace").splitlines()
                    failed = f"`{shlex.join(command)}` did not answer at {url}; its last lines:"
                    raise SystemExit("\n".join([failed, *lines[-LAST_LINES:]]))
                time.sleep(0.5)
            yield
        finally:
            end(process)


def answers(url: str) -> bool:
    """Return whether an address answers now."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def end(process: subprocess.Popen) -> None:
    """End a process and wait for it."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def served(*command: str) -> Iterator[str]:
    """Serve a user interface at a free port; gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([sys.executable, "-m", *command, "--port", str(port)], f"{url}/"):
        yield url


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="beginning of the names to take")
    parser.add_argument("--into", default=IMAGES, type=Path, help="folder of the pictures")
    parser.add_argument(
        "--seconds",
        default=DRAWING_SECONDS,
        type=float,
        help="for a page to be drawn; a busy machine needs more",
    )
    given = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"none of {', '.join(BROWSERS)} is installed (apt install chromium)")
    ui = ("r1vl_kedro.tracking.ui",)
    viz = ("kedro", "viz", "run", "--no-browser")
    given.into.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as profile,
        served(*ui) as mlflow_at,
        served(*viz) as viz_at,
        contextlib.closing(Page(browser, Path(profile))) as page,
    ):
        for name, picture in pictures(mlflow_at, viz_at).items():
            if name.startswith(given.only):
                (given.into / f"{name}.png").write_bytes(page.take(picture, given.seconds))
                print(given.into / f"{name}.png")


if __name__ == "__main__":
    main()
