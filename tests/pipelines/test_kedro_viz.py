"""What Kedro-Viz shows of the ablation: one box a variant with one way out, stages inside."""

import pytest
from kedro_viz.data_access import data_access_manager
from kedro_viz.integrations.kedro.data_loader import load_data
from kedro_viz.server import populate_data
from recipes import context_of
from smoke_place import ROOT

SHARED_BOXES = {"data", "data.annotation", "data.data_prep", "reporting"}


def boxes(env=None, pipeline="ablation", **parameters):
    """Kedro-Viz's tree of a pipeline: namespaces with their children and what leaves them."""
    data_access_manager.reset_fields()
    populate_data(data_access_manager, *load_data(ROOT, env=env, extra_params=parameters))
    return data_access_manager.create_modular_pipelines_tree_for_registered_pipeline(pipeline)


def leaving(box) -> list[str]:
    """Names of the datasets that leave a box."""
    names = {node.id: node.name for node in data_access_manager.nodes.as_list()}
    return [names[one] for one in box.outputs]


def test_each_variant_is_a_box_with_one_way_out():
    variants = set(context_of().config_loader["parameters"]["variants"])
    tree = boxes()
    assert set(tree) - {"__root__"} == variants | SHARED_BOXES
    for name in variants:
        assert leaving(tree[name]) == [f"{name}.results"]
    layers = data_access_manager.get_sorted_layers_for_registered_pipeline("ablation")
    assert layers[0] == "raw"
    assert layers[-1] == "reporting"


def test_stages_are_inside_the_box_of_their_variant():
    variants = {"two": {"stages": [{"method": "sft", "n_records": 9}, {"beta": 0.0}]}}
    tree = boxes(ablation={"variants": variants})
    inside = {child.id for child in tree["two"].children}
    assert {"two.sft", "two.step_grpo"} <= inside
    assert leaving(tree["two"]) == ["two.results"]
    context_of()


def hanging_loose(tree, pipeline: str) -> set[str]:
    """Names of the datasets beside the closed boxes that no visible line leads to or from."""
    shown = {child.id for child in tree["__root__"].children}
    edges = data_access_manager.get_edges_for_registered_pipeline(pipeline)
    joined = {
        end for edge in edges if {edge.source, edge.target} <= shown
        for end in (edge.source, edge.target)
    }  # fmt: skip
    nodes = data_access_manager.get_nodes_for_registered_pipeline(pipeline)
    return {
        node.name
        for node in nodes
        if node.type == "data" and node.id in shown and node.id not in joined
    }


@pytest.mark.parametrize(
    ("env", "pipeline"),
    [(None, "ablation"), (None, "__default__"), (None, "reporting"), ("families", "ablation"),
     ("preference", "ablation"), ("r1_onevision", "ablation")],
)  # fmt: skip
def test_nothing_hangs_loose_beside_the_closed_boxes(env, pipeline):
    tree = boxes(env, pipeline)
    assert hanging_loose(tree, pipeline) == set()
    context_of()
