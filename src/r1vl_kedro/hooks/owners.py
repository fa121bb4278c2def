"""Which variant's run a node belongs to."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from r1vl_kedro.pipelines.ablation.entries import Variant


def namespace_of(node: Node) -> str:
    """Return a node's outermost namespace, which is its variant where it has one."""
    return (node.namespace or "").partition(".")[0]


def owners(pipeline: Pipeline, variants: dict[str, Variant]) -> dict[str, str]:
    """Map nodes to the variant whose run they belong to, without those that variants share."""
    owners = {node.name: namespace_of(node) for node in pipeline.nodes}
    owners = {name: owner for name, owner in owners.items() if owner in variants}
    evaluated = {
        variants[owner].base: owner
        for owner in sorted(set(owners.values()))
        if not variants[owner].trained
    }
    for node in pipeline.nodes:
        for output in evaluated.keys() & set(node.outputs):
            owners.setdefault(node.name, evaluated[output])
    return owners
