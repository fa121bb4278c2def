"""MLflow tracking: one parent run per ``kedro run``, one child per variant and seed."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl

from r1vl_kedro.hooks import about, values
from r1vl_kedro.hooks.descriptions import OVERVIEW, describe
from r1vl_kedro.hooks.filing import file_result
from r1vl_kedro.hooks.to_run import command
from r1vl_kedro.pipelines.ablation.entries import Variant
from r1vl_kedro.run_context import RUN, RunContext
from r1vl_kedro.tracking.addresses import StoreError, TrackingOptions, filed_in
from r1vl_kedro.tracking.store import Store
from r1vl_kedro.tracking.ui import run_url, runs_url
from r1vl_kedro.tracking.views import UNKNOWN, children_view

logger = logging.getLogger(__name__)


class TrackingHooks:
    """Opens the runs of a ``kedro run``, files what its nodes save, closes each as it ended.

    A child begins with the first node of its variant and is addressed by id: nodes of several
    variants run at once. It is FINISHED when every node of its namespace has run, FAILED where one
    raised, KILLED where the run ended before it was through. The training of a shared checkpoint
    belongs to the variant that only evaluates it.
    """

    def __init__(self) -> None:
        self._store: Store | None = None
        self._lock = threading.RLock()
        self._context: Any = None
        self._catalog: Any = None
        self.page = ""
        """Where MLflow shows the last run, with its description; "" where it was not filed."""
        self.list = ""
        """Where it shows the run's children, best first; "" where it has none."""
        self._forget()
        atexit.register(self._killed)

    def _forget(self) -> None:
        self._parent, self._pipeline, self._started = "", "", time.time()
        self._children: dict[str, str] = {}
        self._variants: dict[str, Variant] = {}
        self._todo: dict[str, set[str]] = {}
        self._owners: dict[str, str] = {}
        self._late: set[str] = set()
        self._about, self._run_params = dict[str, Any](), dict[str, Any]()
        self._digests: dict[str, str] = {}
        self._noted: set[tuple[str, str]] = set()
        self._ended, self._metrics, self._planned = set[str](), set[str](), set[str]()
        self._sources: dict[str, str] = {}

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Keep the context, for the project, the environment and the parameters."""
        self._context = context

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Any, catalog: Any) -> None:
        """Connect, close what dead processes left open, make the parent."""
        self._killed()  # a session before this one in the same process, interrupted
        self._forget()
        parameters = self._context.config_loader["parameters"]
        options = TrackingOptions.model_validate(parameters.get("tracking", {}))
        self._variants = {
            name: Variant.model_validate(entry) for name, entry in parameters["variants"].items()
        }
        self._owners = about.owners(pipeline, self._variants)
        for name, owner in self._owners.items():
            self._todo.setdefault(owner, set()).add(name)
        self._store, self.page, self.list = None, "", ""
        self._planned, self._sources = pipeline.all_outputs(), about.sources(catalog)
        self._pipeline = ",".join(run_params.get("pipeline_names") or ["__default__"])
        if not options.enabled:
            return
        root, env = self._context.project_path, self._context.env
        uri, experiment, artifacts = filed_in(options, root, env)
        data = Path(self._context.config_loader["globals"]["data"])
        self._store = store = Store(uri, experiment, artifacts, root / data / ".tracking")
        store.sweep()
        runner = run_params["runner"].strip("<>").partition(" object at ")[0]
        self._about = {**about.commit_tags(root), "env": env or "local", "pipeline": self._pipeline}
        self._run_params, self._catalog = run_params, catalog
        name = about.run_name(run_params, parameters)
        self._parent = store.start(name, {**self._about, "runner": runner})
        self.page = run_url(uri, store.experiment_id, self._parent)
        if self._todo:
            self.list = runs_url(uri, store.experiment_id, self._parent)
            store.experiment_tags(children_view(self._parent))
        given = values.flat(run_params.get("runtime_params") or {})
        store.params(self._parent, {"seed": parameters.get("seed"), **given})
        self._log_yaml(self._parent, parameters, "config/parameters.yml")
        entries = self._context.config_loader["catalog"]
        self._log_yaml(self._parent, entries, "config/catalog.yml")

    def _log_yaml(self, run_id: str, content: Any, file: str) -> None:
        text = about.plain(content)
        self._store.artifact(file, lambda client: client.log_dict(run_id, text, file))

    def _child(self, namespace: str) -> str:
        """Begin the run of a variant where it is not yet; return "" where the store takes none.

        It is then asked once more, at the end: every question may take as long as its timeout.
        """
        with self._lock:
            if namespace in self._children or namespace in self._late or not self._store:
                return self._children.get(namespace, "")
            variant = self._variants[namespace]
            grid = self._context.config_loader["parameters"]["variants"]
            tags = {**self._about, **about.child_tags(variant, grid)}
            try:
                run_id = self._store.start(namespace, tags, self._parent)
            except StoreError as error:
                logger.warning("%s is filed at the end: %s", namespace, error)
                self._late.add(namespace)
                return ""
            self._children[namespace] = run_id
        if f"{namespace}.scores" in self._planned:
            self._store.metrics(run_id, UNKNOWN)
        given = self._run_params.get("runtime_params") or {}
        self._store.params(run_id, about.child_params(namespace, self._variants, given))
        self._log_yaml(run_id, variant.model_dump(), "config/variant.yml")
        return run_id

    @hook_impl
    def before_node_run(self, node: Any) -> None:
        """Record for this thread which run and variant the node belongs to."""
        namespace = about.namespace_of(node)
        variant = self._variants.get(namespace)
        RUN.set(
            RunContext(
                tracking_uri=self._store.uri if self._store else "",
                run_id=self._run_of(node),
                variant=namespace if variant else None,
                stage=self._stage(node.namespace),
                pipeline=self._pipeline,
                started=self._started,
                command=command(self._context.env),
                sources=self._sources,
            )
        )

    @hook_impl
    def after_dataset_loaded(self, dataset_name: str, data: Any, node: Any) -> None:
        """Note the records that a node reads, by digest."""
        if not self._store or values.kind(data) != "records":
            return
        if run_id := self._run_of(node):
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
        if self._store and (run_id := self._run_of(node)):
            self._file(dataset_name, data, run_id, node.tags)
        if dataset_name == node.outputs[-1]:
            self._node_done(node)

    @hook_impl
    def after_node_run(self, node: Any) -> None:
        """Note that a node without outputs is through when it has run."""
        if not node.outputs:
            self._node_done(node)

    def _node_done(self, node: Any) -> None:
        namespace = self._owners.get(node.name, "")
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
        """Mark the variant whose node raised as failed."""
        namespace = self._owners.get(node.name, "")
        if namespace in self._children and self._store:
            message = f"{node.name}: {type(error).__name__}: {error}"
            self._store.tags(self._children[namespace], {"error": message[:4000]})
            self._end_child(namespace, "FAILED")

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """Mark the run as failed, and variants that were not through as KILLED."""
        self._close("KILLED", "FAILED", f"{type(error).__name__}: {error}")

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any], pipeline: Any, catalog: Any) -> None:
        """Close everything; what was left out as there already is filed from the catalog."""
        skipped = run_params.get("only_missing_outputs")
        for namespace, left in self._todo.items():
            late = namespace in self._late
            if (left and skipped) or late:
                self._file_existing(namespace, catalog, late)
        if self._store and OVERVIEW in self._planned and catalog.exists(OVERVIEW):
            children = {run: self._variants[name].name for name, run in self._children.items()}
            pages = self.page, self.list
            describe(self._store, self._parent, children, pages, catalog.load(OVERVIEW))
        self._close("FINISHED", "FINISHED")

    def _file_existing(self, namespace: str, catalog: Any, late: bool) -> None:
        """Log results that are in the catalog only as if their nodes had run just now."""
        self._late.discard(namespace)
        run_id, left = self._child(namespace), self._todo[namespace]
        if not run_id:
            return
        stages = [f"{namespace}.{stage}" for stage in self._variants[namespace].stages]
        for place in (namespace, *stages):
            for name in ("scores", "training_log", "rollouts", "benchmark_scores"):
                dataset = f"{place}.{name}"
                if dataset in catalog and catalog.exists(dataset):
                    self._file(dataset, catalog.load(dataset), run_id, set())
        if left and not late:
            self._store.tags(run_id, {"r1vl.reused": ", ".join(sorted(left))})

    def add_metrics(self, node: Any, values: dict[str, float]) -> None:
        """Log numbers to the run that a node belongs to, where a store takes any."""
        if self._store and (run_id := self._run_of(node)):
            self._store.metrics(run_id, values)

    def _file(self, name: str, data: Any, run_id: str, tags: set[str]) -> None:
        place, _, short = name.rpartition(".")
        if short in ("training_log", "rollouts") and self._has_stages(place):
            return  # they join what the stages have filed
        if short == "scores" and place in self._variants and isinstance(data, dict):
            self._metrics.update(values.score_metrics(data))
        saved_in = self._catalog.get(name)
        file_result(self._store, run_id, short, data, tags, self._stage(place), saved_in)

    def _has_stages(self, namespace: str) -> bool:
        return namespace in self._variants and bool(self._variants[namespace].stages)

    def _stage(self, namespace: str | None) -> str | None:
        """Return the stage of a namespace ``<variant>.<stage>``; None of any other."""
        variant, _, stage = (namespace or "").partition(".")
        return stage if self._has_stages(variant) and stage else None

    def _run_of(self, node: Any) -> str:
        owner = self._owners.get(node.name)
        return self._parent if owner is None else self._child(owner)

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
            if self._metrics:
                self._store.experiment_tags(children_view(self._parent, self._metrics))
            if error:
                self._store.tags(self._parent, {"error": error[:4000]})
            self._ended.add(self._parent)
            self._store.end(self._parent, parent)
        self._store.flush()
        self._store = None

    def _killed(self) -> None:
        """End the runs as interrupted: neither an end nor an error was announced."""
        self._close("KILLED", "KILLED", "interrupted")
