"""Everything that is written to MLflow, by run id only: nodes run side by side in threads."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from r1vl_kedro.hooks.processes import identity, is_dead

logger = logging.getLogger(__name__)

PARENT = "mlflow.parentRunId"
OWNER = {"host": "r1vl.host", "pid": "r1vl.pid", "started": "r1vl.process_started"}
_PARAM_LENGTH = 6000  # characters that MLflow keeps of a parameter
_BATCH = 900


def resolve_uri(uri: str, project_path: Path) -> str:
    """An absolute store: a file name is an SQLite file in the project, a URI stays as it is."""
    if "://" not in uri:
        return f"sqlite:///{(project_path / uri).resolve()}"
    return uri


class Store:
    """One MLflow store and experiment.

    Once runs have started, a store that fails does not stop them: the failure is logged, counted in
    ``lost``, and the run goes on.
    """

    def __init__(self, uri: str, experiment: str, artifacts: Path):
        """Connect, and make the experiment where it is new.

        Raises:
            ConnectionError: the store does not answer; names it.
        """
        # A server that has gone must not hold the run up for MLflow's default of minutes.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        logging.getLogger("alembic").setLevel(logging.WARNING)
        self.uri, self.lost = uri, 0
        self._lock = threading.RLock()
        self._own = identity()
        try:
            self.client = MlflowClient(uri)
            found = self.client.get_experiment_by_name(experiment)
            if found is None:
                where = artifacts.resolve().as_uri() if uri.startswith("sqlite:") else None
                self.experiment_id = self.client.create_experiment(experiment, where)
            else:
                self.experiment_id = found.experiment_id
        except (MlflowException, OSError) as error:
            raise ConnectionError(
                f"the MLflow store {uri} (parameter tracking.uri) does not answer: {error}; "
                "start it, name another, or set tracking.enabled=false"
            ) from error

    def start(self, name: str, tags: Mapping[str, Any], parent: str | None = None) -> str:
        """A new run that belongs to this process; returns its id."""
        tags = {key: str(value) for key, value in tags.items() if value is not None}
        tags |= {OWNER[key]: value for key, value in self._own.items()}
        if parent is not None:
            tags[PARENT] = parent
        with self._lock:
            run = self.client.create_run(self.experiment_id, run_name=name, tags=tags)
        return run.info.run_id

    def end(self, run_id: str, status: str) -> None:
        """Close a run as FINISHED, FAILED or KILLED."""
        with self.guard("the end of a run"):
            self.client.set_terminated(run_id, status)

    def sweep(self) -> list[str]:
        """Close runs as KILLED that dead processes of this host left RUNNING; returns their ids."""
        swept = []
        for run in self._running():
            who = {key: run.data.tags.get(tag) for key, tag in OWNER.items()}
            if None not in who.values() and is_dead(who):
                with self.guard("closing the run of a dead process"):
                    self.client.set_tag(run.info.run_id, "r1vl.swept", "its process had died")
                    self.client.set_terminated(run.info.run_id, "KILLED")
                    swept.append(run.info.run_id)
        if swept:
            logger.warning("%d MLflow runs of dead processes closed as KILLED", len(swept))
        return swept

    def _running(self) -> Iterator[Any]:
        token = None
        while True:
            page = self.client.search_runs(
                [self.experiment_id], "attributes.status = 'RUNNING'", page_token=token
            )
            yield from page
            token = page.token
            if not token:
                return

    @contextmanager
    def guard(self, what: str) -> Iterator[None]:
        """Let nothing that MLflow does wrong stop the run."""
        from mlflow.exceptions import MlflowException

        try:
            with self._lock:
                yield
        except (MlflowException, OSError) as error:
            self.lost += 1
            logger.warning("MLflow at %s did not take %s: %s", self.uri, what, error)

    def tags(self, run_id: str, tags: Mapping[str, Any]) -> None:
        """Set tags."""
        with self.guard("tags"):
            for key, value in tags.items():
                self.client.set_tag(run_id, key, str(value))

    def params(self, run_id: str, params: Mapping[str, Any]) -> None:
        """Set parameters; one that is there already (a node run again) stays."""
        from mlflow.entities import Param

        with self.guard("parameters"):
            known = self.client.get_run(run_id).data.params
            new = [
                Param(key, str(value)[:_PARAM_LENGTH])
                for key, value in params.items()
                if key not in known
            ]
            if new:
                self.client.log_batch(run_id, params=new)

    def metrics(self, run_id: str, values: Mapping[str, float]) -> None:
        """Final numbers, without a step."""
        self._metrics(run_id, [(key, value, 0) for key, value in values.items()])

    def history(self, run_id: str, rows: list[tuple[str, float, int]]) -> None:
        """Per-step numbers (key, value, step) that are not there yet.

        A resumed training, or one whose reports MLflow missed, is made whole from its log.
        """
        with self.guard("training curves"):
            keys = {key for key, _, _ in rows}
            there = {
                (key, metric.step)
                for key in keys
                for metric in self.client.get_metric_history(run_id, key)
            }
            self._metrics(run_id, [row for row in rows if (row[0], row[2]) not in there])

    def _metrics(self, run_id: str, rows: list[tuple[str, float, int]]) -> None:
        import time

        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [Metric(key, float(value), now, step) for key, value, step in rows]
        with self.guard("metrics"):
            for start in range(0, len(metrics), _BATCH):
                self.client.log_batch(run_id, metrics=metrics[start : start + _BATCH])

    def dataset(
        self, run_id: str, name: str, digest: str, rows: int, columns: list[str], context: str
    ) -> None:
        """Note a data set as an input of the run."""
        import json

        from mlflow.entities import Dataset, DatasetInput, InputTag

        entity = Dataset(
            name=name,
            digest=digest[:36],
            source_type="local",
            source=json.dumps({"catalog": name}),
            schema=json.dumps({"columns": columns}),
            profile=json.dumps({"num_rows": rows}),
        )
        with self.guard(f"the digest of {name}"):
            tag = InputTag("mlflow.data.context", context)
            self.client.log_inputs(run_id, [DatasetInput(entity, [tag])])

    def artifact(self, what: str, log: Callable[[Any], Any]) -> None:
        """Store an artifact with one of the client's own methods."""
        with self.guard(what):
            log(self.client)
