"""MLflow tracking: one parent run per ``kedro run``, one child per variant and seed."""

from __future__ import annotations

import atexit
import logging
import threading
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from pydantic import BaseModel, ConfigDict, Field

from r1vl_kedro.hooks import values
from r1vl_kedro.pipelines.ablation.entries import Variant
from r1vl_kedro.provenance import git_commit
from r1vl_kedro.run_context import RUN, RunContext
from r1vl_kedro.scrubbing import scrub
from r1vl_kedro.tracking.addresses import from_environment, resolve_uri
from r1vl_kedro.tracking.store import Store

logger = logging.getLogger(__name__)


class TrackingOptions(BaseModel):
    """``parameters.tracking``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    uri: str = Field("mlflow.db", min_length=1)
    """A file name (SQLite, in the project) or a URI of an MLflow store."""
    experiment: str = Field("r1vl_kedro", min_length=1)
    """Other environments than the default one get ``<experiment>/<environment>``."""


class TrackingHooks:
    """Opens the runs of a ``kedro run``, files what its nodes save, closes each as it ended.

    All children are made before the first node, and are addressed by id: nodes of several variants
    run at once. A child is FINISHED when every node of its namespace has run, FAILED where one
    raised, KILLED where the run ended before it was through.
    """

    def __init__(self) -> None:
        self._store: Store | None = None
        self._lock = threading.RLock()
        self._context: Any = None
        self._forget()
        atexit.register(self._killed)

    def _forget(self) -> None:
        self._parent = ""
        self._children: dict[str, str] = {}
        self._variants: dict[str, Variant] = {}
        self._todo: dict[str, set[str]] = {}
        self._ended: set[str] = set()
        self._digests: dict[str, str] = {}
        self._noted: set[tuple[str, str]] = set()

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Keep the context: it knows the project, the environment and the parameters."""
        self._context = context

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Any) -> None:
        """Connect, close what dead processes left open, make the parent and all children."""
        self._killed()  # a session before this one in the same process, interrupted
        self._forget()
        parameters = self._context.config_loader["parameters"]
        options = TrackingOptions.model_validate(parameters.get("tracking", {}))
        self._variants = {
            name: Variant.model_validate(entry) for name, entry in parameters["variants"].items()
        }
        for node in pipeline.nodes:
            if _namespace(node) in self._variants:
                self._todo.setdefault(_namespace(node), set()).add(node.name)
        self._store = None
        if not options.enabled:
            return
        root = self._context.project_path
        env = self._context.env
        uri = resolve_uri(_chosen("uri", "MLFLOW_TRACKING_URI", options), root)
        experiment = _chosen("experiment", "MLFLOW_EXPERIMENT_NAME", options)
        experiment += f"/{env}" if env not in (None, "local") else ""
        artifacts = _artifact_root(uri, root) / experiment
        data = Path(self._context.config_loader["globals"]["data"])
        self._store = store = Store(uri, experiment, artifacts, root / data / ".tracking")
        store.sweep()
        names = run_params.get("pipeline_names") or ["__default__"]
        common = {**_commit(root), "env": env or "local", "pipeline": ",".join(names)}
        runner = run_params["runner"].strip("<>").partition(" object at ")[0]
        self._parent = store.start(",".join(names), {**common, "runner": runner})
        for namespace in self._todo:
            variant = self._variants[namespace]
            about = {"variant": variant.name, "method": variant.method, "seed": variant.seed}
            self._children[namespace] = store.start(namespace, {**common, **about}, self._parent)
        self._describe(store, run_params, parameters)

    def _describe(self, store: Store, run_params: dict, parameters: dict) -> None:
        """Parameters that differ, and the whole resolved configuration beside them."""
        given = values.flat(run_params.get("runtime_params") or {})
        store.params(self._parent, {"seed": parameters.get("seed"), **given})
        text = _plain(parameters)
        store.artifact(
            "the configuration",
            lambda client: client.log_dict(self._parent, text, "config/parameters.yml"),
        )
        catalog = _plain(self._context.config_loader["catalog"])
        store.artifact(
            "the catalog",
            lambda client: client.log_dict(self._parent, catalog, "config/catalog.yml"),
        )
        for namespace, run_id in self._children.items():
            variant = self._variants[namespace]
            differs = {"method": variant.method, **values.flat(variant.overrides)}
            if variant.seed is not None:
                differs["seed"] = variant.seed
            store.params(run_id, differs)
            entry = _plain(variant.model_dump())
            store.artifact(
                "a variant's options",
                lambda client, run_id=run_id, entry=entry: client.log_dict(
                    run_id, entry, "config/variant.yml"
                ),
            )

    @hook_impl
    def before_node_run(self, node: Any) -> None:
        """Say in this thread whose work follows."""
        namespace = _namespace(node)
        variant = self._variants.get(namespace)
        RUN.set(
            RunContext(
                tracking_uri=self._store.uri if self._store else "",
                run_id=self._run_of(node),
                variant=namespace if variant else None,
                seed=variant.seed if variant else None,
                stage=self._stage(node.namespace),
            )
        )

    @hook_impl
    def after_dataset_loaded(self, dataset_name: str, data: Any, node: Any) -> None:
        """Note the records that a node reads, by digest."""
        if self._store and values.kind(data) == "records":
            run_id = self._run_of(node)
            with self._lock:
                if (run_id, dataset_name) in self._noted:
                    return
                self._noted.add((run_id, dataset_name))
                if dataset_name not in self._digests:
                    self._digests[dataset_name] = values.digest(data)
                digest = self._digests[dataset_name]
            self._store.dataset(
                run_id, dataset_name, digest, len(data), list(data.column_names), node.short_name
            )
            self._store.tags(run_id, {f"digest.{dataset_name}": digest})

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Any) -> None:
        """File what was saved; a node is through when its last output is."""
        if self._store:
            self._file(dataset_name, data, self._run_of(node), node.tags)
        if dataset_name == node.outputs[-1]:
            self._node_done(node)

    @hook_impl
    def after_node_run(self, node: Any) -> None:
        """A node without outputs is through when it has run."""
        if not node.outputs:
            self._node_done(node)

    def _node_done(self, node: Any) -> None:
        namespace = _namespace(node)
        with self._lock:
            todo = self._todo.get(namespace)
            if todo is None:
                return
            todo.discard(node.name)
            if todo:
                return
        self._end_child(namespace, "FINISHED")

    @hook_impl
    def on_node_error(self, error: Exception, node: Any) -> None:
        """The variant whose node raised has failed."""
        namespace = _namespace(node)
        if namespace in self._children and self._store:
            message = f"{node.name}: {type(error).__name__}: {error}"
            self._store.tags(self._children[namespace], {"error": message[:4000]})
            self._end_child(namespace, "FAILED")

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """The run has failed; variants that were not through are KILLED."""
        self._close("KILLED", "FAILED", f"{type(error).__name__}: {error}")

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any], catalog: Any) -> None:
        """Close everything; what was left out as there already is filed from the catalog."""
        if self._store and run_params.get("only_missing_outputs"):
            for namespace, run_id in list(self._children.items()):
                self._file_existing(namespace, run_id, catalog)
        self._close("FINISHED", "FINISHED")

    def _file_existing(self, namespace: str, run_id: str, catalog: Any) -> None:
        """Results of nodes that ``--only-missing-outputs`` skipped: the same as if they had run."""
        left = self._todo.get(namespace)
        if not left:
            return
        stages = [f"{namespace}.{stage}" for stage in self._variants[namespace].stages]
        for place in (namespace, *stages):
            for name in ("scores", "training_log", "rollouts", "benchmark_scores"):
                dataset = f"{place}.{name}"
                if dataset in catalog and catalog.exists(dataset):
                    self._file(dataset, catalog.load(dataset), run_id, set())
        self._store.tags(run_id, {"r1vl.reused": ", ".join(sorted(left))})

    def _file(self, name: str, data: Any, run_id: str, tags: set[str]) -> None:
        """Scores as metrics, logs as curves, tables and figures as artifacts."""
        store, kind = self._store, values.kind(data)
        place, _, short = name.rpartition(".")
        stage = self._stage(place)
        if short in ("training_log", "rollouts") and self._has_stages(place):
            return  # they join what the stages have filed
        if short == "scores" and isinstance(data, dict):
            metrics = values.score_metrics(data)
            store.metrics(run_id, metrics)
            if run_id != self._parent and "test/accuracy" in metrics:
                store.metrics(self._parent, {f"accuracy/{place}": metrics["test/accuracy"]})
        elif short == "benchmark_scores":
            store.metrics(run_id, values.benchmark_metrics(data))
        elif short.endswith("training_log") and isinstance(data, list):
            store.history(run_id, values.training_metrics(data, stage))
        elif short == "rollouts" and kind == "frame":
            self._table(short, data, run_id, f"tables/{stage}" if stage else "tables")
        elif short == "benchmark_evaluation_manifest":
            file = "benchmarks/evaluation_manifest.json"
            store.artifact(file, lambda client: client.log_dict(run_id, data, file))
        elif short == "benchmark_examples":
            table = values.with_pictures(data)
            file = "benchmarks/predictions.json"
            store.artifact(file, lambda client: client.log_table(run_id, table, file))
        elif short == "table_1_breakdown":
            for benchmark, part in data.groupby("benchmark", sort=False):
                self._table(benchmark, part, run_id, "benchmarks/breakdown")
        elif short == "table_1":
            self._table(short, data, run_id, "benchmarks")
        elif short == "table_1_markdown":
            store.tags(run_id, {"mlflow.note.content": data})
        elif "reporting" in tags and kind == "frame" and short.startswith("table_"):
            self._table(short.removeprefix("table_"), data, run_id)
        elif "reporting" in tags and short == "report":
            store.artifact(short, lambda client: client.log_text(run_id, data, "report.html"))
        elif kind in ("plotly", "matplotlib"):
            figure = short.removeprefix("figure_").removesuffix("_png")
            file = f"figures/{figure}.{'html' if kind == 'plotly' else 'png'}"
            store.artifact(file, lambda client: client.log_figure(run_id, data, file))

    def _table(self, name: str, frame: Any, run_id: str, folder: str = "tables") -> None:
        table = values.shown(frame)
        if len(table):
            file = f"{folder}/{name}.json"
            self._store.artifact(file, lambda client: client.log_table(run_id, table, file))

    def _has_stages(self, namespace: str) -> bool:
        return namespace in self._variants and bool(self._variants[namespace].stages)

    def _stage(self, namespace: str | None) -> str | None:
        """The stage of a namespace ``<variant>.<stage>``; None of any other."""
        variant, _, stage = (namespace or "").partition(".")
        return stage if self._has_stages(variant) and stage else None

    def _run_of(self, node: Any) -> str:
        return self._children.get(_namespace(node), self._parent)

    def _end_child(self, namespace: str, status: str) -> None:
        with self._lock:
            run_id = self._children.get(namespace)
            if run_id is None or run_id not in self._open():
                return
            self._ended.add(run_id)
        self._store.end(run_id, status)

    def _open(self) -> set[str]:
        return {*self._children.values(), self._parent} - self._ended - {""}

    def _close(self, children: str, parent: str, error: str = "") -> None:
        """End whatever is open."""
        if not self._store:
            return
        for namespace in self._children:
            self._end_child(namespace, children)
        if self._parent in self._open():
            if error:
                self._store.tags(self._parent, {"error": error[:4000]})
            self._ended.add(self._parent)
            self._store.end(self._parent, parent)
        self._store.flush()
        self._store = None

    def _killed(self) -> None:
        """Interrupted: neither an end nor an error was announced."""
        self._close("KILLED", "KILLED", "interrupted")


def _namespace(node: Any) -> str:
    return (node.namespace or "").partition(".")[0]


def _chosen(name: str, variable: str, options: TrackingOptions) -> str:
    default = TrackingOptions.model_fields[name].default
    chosen = from_environment(variable, getattr(options, name), default)
    if chosen != getattr(options, name):
        logger.info("%s names %s, in place of tracking.%s", variable, scrub(chosen), name)
    return chosen


def _artifact_root(uri: str, root: Path) -> Path:
    """Artifacts lie beside an SQLite store."""
    if uri.startswith("sqlite:///"):
        return Path(uri.removeprefix("sqlite:///")).parent / "mlartifacts"
    return root / "mlartifacts"


def _commit(root: Path) -> dict[str, str]:
    found = git_commit(root)
    if found is None:
        return {}
    return {"mlflow.source.git.commit": found.commit, "git.dirty": str(found.changed).lower()}


def _plain(value: Any) -> Any:
    """Configuration as mappings, lists and scalars that YAML has."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, int | float) or value is None:
        return value
    return scrub(str(value))
