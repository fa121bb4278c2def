"""What Kedro-Viz shows of the ablation: one box a variant with one way out, stages inside."""

from kedro_viz.data_access import data_access_manager
from kedro_viz.integrations.kedro.data_loader import load_data
from kedro_viz.server import populate_data
from recipes import context_of
from smoke_place import ROOT

SHARED_BOXES = {"data", "data.annotation", "data.data_prep", "reporting"}


def boxes(**parameters):
    """Kedro-Viz's tree of the ablation: namespaces with their children and what leaves them."""
    populate_data(data_access_manager, *load_data(ROOT, extra_params=parameters))
    return data_access_manager.create_modular_pipelines_tree_for_registered_pipeline("ablation")


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
