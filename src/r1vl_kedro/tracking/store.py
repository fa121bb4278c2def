"""Everything that is written to MLflow, by run id only: nodes run side by side in threads."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from r1vl_kedro.scratch import scratch_directory, temporary_files_in
from r1vl_kedro.scrubbing import scrub
from r1vl_kedro.tracking import moved
from r1vl_kedro.tracking.addresses import StoreError, check_file, refusal
from r1vl_kedro.tracking.ends import End, KeptEnds
from r1vl_kedro.tracking.names import unique
from r1vl_kedro.tracking.processes import identity, is_dead
from r1vl_kedro.tracking.views import LONGEST
from r1vl_kedro.tracking.writes import FIRST_PAUSE, Writes

logger = logging.getLogger(__name__)

NOTE, PARENT = "mlflow.note.content", "mlflow.parentRunId"
OWNER = {"host": "r1vl.host", "pid": "r1vl.pid", "started": "r1vl.process_started"}
_PARAM_LENGTH = 6000  # characters that MLflow keeps of a parameter
_BATCH = 900
_MOST_RUNS = 50_000  # that MLflow returns at once


class Store:
    """One MLflow store and experiment.

    Once runs have started, a store that does not answer neither stops them nor holds them up: what
    it should take waits in order (``writes``) and is tried again, ever more seldom and a last time
    by ``flush``. How a run ended is kept on disk until the store has taken it: a later run files
    it.
    """

    def __init__(
        self,
        uri: str,
        experiment: str,
        artifacts: Path,
        kept: Path | None = None,
        pause: float = FIRST_PAUSE,
    ):
        """Connect, and make the experiment where it is new.

        Args:
            kept: directory for ends of runs that the store has yet to take; beside the artifacts
                by default.
            pause: seconds to the second attempt at a store that does not answer.

        Raises:
            StoreError: the store does not answer, or is none; names it.
        """
        # A server that has gone must not hold the run up for MLflow's default of minutes.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
        check_file(uri)
        moved.follow(uri)
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        logging.getLogger("alembic").setLevel(logging.WARNING)
        self.uri = uri
        self.experiment = experiment
        self._ends = KeptEnds(kept or artifacts / ".ends", f"{scrub(uri)} {experiment}")
        self._names: dict[str, str] = {}
        self._tagged: set[tuple[str, str]] = set()
        self._lock = threading.RLock()
        self._own = identity()
        self._temporary: Path | None = None
        self.writes = Writes(
            uri, lambda: self.client.get_experiment(self.experiment_id), pause=pause
        )
        try:
            self.client = MlflowClient(uri)
            found = self.client.get_experiment_by_name(experiment)
            if found is None:
                where = artifacts.resolve().as_uri() if uri.startswith("sqlite:") else None
                self.experiment_id = self.client.create_experiment(experiment, where)
            else:
                self.experiment_id = found.experiment_id
        except (MlflowException, SQLAlchemyError, OSError, ImportError) as error:
            raise refusal(uri, experiment, error, "does not answer") from error
        if not self.experiment_id:
            raise StoreError(
                f"what answers at {scrub(uri)} (parameter tracking.uri) is no MLflow server: it "
                "gives an experiment no id; name another, or set tracking.enabled=false"
            )
        if found is not None and found.lifecycle_stage == "deleted":
            raise StoreError(
                f"tracking.experiment {experiment!r} was deleted in {scrub(uri)}; restore it with "
                f"`mlflow experiments restore --experiment-id {self.experiment_id}`, or name "
                "another"
            )

    def start(self, name: str, tags: Mapping[str, Any], parent: str | None = None) -> str:
        """Create a run that belongs to this process; return its id.

        Raises:
            StoreError: the store answers but takes no run, such as a database that is read-only.
        """
        from mlflow.exceptions import MlflowException

        tags = {key: scrub(str(value)) for key, value in tags.items() if value is not None}
        tags |= {OWNER[key]: value for key, value in self._own.items()}
        if parent is not None:
            tags[PARENT] = parent
        try:
            with self._lock:
                run = self.client.create_run(self.experiment_id, run_name=name, tags=tags)
        except (MlflowException, OSError) as error:
            raise refusal(self.uri, self.experiment, error, "takes no new run") from error
        return run.info.run_id

    def end(self, run_id: str, status: str) -> None:
        """Close a run as FINISHED, FAILED or KILLED, now or when the store answers again."""
        end = self._ends.keep(run_id, status)
        self.writes.put("the end of a run", lambda: self._file_end(end))

    def _file_end(self, end: End) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.set_terminated(end.run_id, end.status, end.time_ms)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            logger.warning("MLflow has no run %s (any more)", end.run_id)
        self._ends.forget(end)

    def sweep(self) -> list[str]:
        """Close runs as KILLED that dead processes of this host left RUNNING; returns their ids.

        Runs whose end is kept on disk are closed as they ended.

        Raises:
            StoreError: the store does not answer (any more).
        """
        from mlflow.exceptions import MlflowException

        kept = list(self._ends)
        for end in kept:
            self.writes.put("the end of an earlier run", lambda end=end: self._file_end(end))
        known = {end.run_id for end in kept}
        swept = []
        try:
            running = self.client.search_runs(
                [self.experiment_id], "attributes.status = 'RUNNING'", max_results=_MOST_RUNS
            )
        except (MlflowException, OSError) as error:
            raise refusal(self.uri, self.experiment, error, "does not answer") from error
        for run in running:
            who = {key: run.data.tags.get(tag) for key, tag in OWNER.items()}
            if run.info.run_id in known or None in who.values() or not is_dead(who):
                continue
            self.tags(run.info.run_id, {"r1vl.swept": "its process had died"})
            self.end(run.info.run_id, "KILLED")
            swept.append(run.info.run_id)
        if swept:
            logger.warning("%d MLflow runs of dead processes closed as KILLED", len(swept))
        return swept

    def flush(self) -> int:
        """Try what waits a last time; how many writes MLflow did not take."""
        return self.writes.flush()

    def tags(self, run_id: str, tags: Mapping[str, Any]) -> None:
        """Set tags."""
        from mlflow.entities import RunTag

        entities = [RunTag(key, scrub(str(value))) for key, value in tags.items()]
        self.writes.put("tags", lambda: self.client.log_batch(run_id, tags=entities))

    def experiment_tags(self, tags: Mapping[str, str]) -> None:
        """Set tags of the experiment."""
        for key, value in tags.items():
            self.writes.put(
                "a view",
                lambda key=key, value=value: self.client.set_experiment_tag(
                    self.experiment_id, key, value
                ),
            )

    def describe_experiment(self, text: str, beginning: str) -> None:
        """Describe the experiment, unless it has a description that begins otherwise."""

        def write() -> None:
            known = self.client.get_experiment(self.experiment_id).tags.get(NOTE, "")
            if not known or known.startswith(beginning):
                self.client.set_experiment_tag(self.experiment_id, NOTE, scrub(text)[:LONGEST])

        self.writes.put("the experiment's description", write)

    def params(self, run_id: str, params: Mapping[str, Any]) -> None:
        """Set parameters; one that is there already (a node run again) stays."""
        from mlflow.entities import Param

        named = {self._named(run_id, key): value for key, value in params.items()}

        def write() -> None:
            known = self.client.get_run(run_id).data.params
            new = [
                Param(key, scrub(str(value))[:_PARAM_LENGTH])
                for key, value in named.items()
                if key not in known
            ]
            if new:
                self.client.log_batch(run_id, params=new)

        self.writes.put("parameters", write)

    def metrics(self, run_id: str, values: Mapping[str, float]) -> None:
        """Log final numbers, without a step."""
        rows = self.named_rows(run_id, values)
        self.writes.put("metrics", lambda: self.log(run_id, rows))

    def named_rows(self, run_id: str, values: Mapping[str, float]) -> list[tuple[str, float, int]]:
        """Return final numbers as (key that MLflow takes, value, step 0)."""
        return [(self._named(run_id, key), value, 0) for key, value in values.items()]

    def history(self, run_id: str, rows: list[tuple[str, float, int]]) -> None:
        """Log per-step numbers (key, value, step) that are not there yet.

        A resumed training, or one whose reports MLflow missed, is made whole from its log.
        """
        rows = [(self._named(run_id, key), value, step) for key, value, step in rows]

        def write() -> None:
            there = {
                (key, point.step)
                for key in {key for key, _, _ in rows}
                for point in self.client.get_metric_history(run_id, key)
            }
            self.log(run_id, [row for row in rows if (row[0], row[2]) not in there])

        self.writes.put("training curves", write)

    def _named(self, run_id: str, name: str) -> str:
        """Find the name that MLflow takes; one that differs is kept as a tag."""
        with self._lock:
            safe = unique(name, self._names)
            if safe != name and (run_id, safe) not in self._tagged:
                self._tagged.add((run_id, safe))
                self.tags(run_id, {f"r1vl.name.{safe}"[:250]: name[:4000]})
        return safe

    def log(
        self, run_id: str, rows: list[tuple[str, float, int]], model_id: str | None = None
    ) -> None:
        """Log (key, value, step) at once, of a LoggedModel too; a write of the queue calls it."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [
            Metric(key, float(value), now, step, model_id=model_id) for key, value, step in rows
        ]
        for start in range(0, len(metrics), _BATCH):
            self.client.log_batch(run_id, metrics=metrics[start : start + _BATCH])

    def dataset(
        self, run_id: str, name: str, digest: str, rows: int, columns: list[str], context: str
    ) -> None:
        """Note a data set as an input of the run."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        entity = Dataset(
            name=name,
            digest=digest[:36],
            source_type="local",
            source=json.dumps({"catalog": name}),
            schema=json.dumps({"columns": columns}),
            profile=json.dumps({"num_rows": rows}),
        )
        inputs = [DatasetInput(entity, [InputTag("mlflow.data.context", context)])]
        self.writes.put(f"the digest of {name}", lambda: self.client.log_inputs(run_id, inputs))

    def artifact(self, what: str, log: Callable[[Any], Any]) -> None:
        """Store an artifact with one of the client's own methods.

        The client writes it into a temporary directory first.
        """

        def write() -> None:
            self._temporary = self._temporary or scratch_directory("mlflow")
            with temporary_files_in(self._temporary):
                log(self.client)

        self.writes.put(what, write)
