"""A reward that reads what its records will not have is named before the first node."""

import pytest
from kedro.framework.project import pipelines as registered
from recipes import context_of

from r1vl_kedro.datasets import RecordFileDataset, RecordsDataset
from r1vl_kedro.hooks.checks import check_columns
from r1vl_kedro.hooks.to_run import nodes_to_run
from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.pipelines.preflight.nodes import look_for_data
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.records.store import save_directory, write_rows

READS_A_LABEL = f"{__name__}.of_modality"
GRID = {"seeds": [0], "variants": {"plain": {}, "labelled": {"rewards": {READS_A_LABEL: 1.0}}}}
UNKNOWN = (
    rf"^ablation\.variants\.labelled\.rewards\.{READS_A_LABEL} reads the column 'modality', which "
    r"rl_prompts will not have; it will have id, images, question, .*, key_steps \(a label that"
)


def of_modality(completions, modality):
    """A reward from elsewhere that reads a label."""
    return [float(name == "mri") for name in modality]


@pytest.fixture
def catalog(tmp_path):
    return of_project(tmp_path, {"ablation": GRID})


def of_project(place, given):
    catalog = context_of("smoke", **given).catalog
    for name in ("rl_prompts", "warm_up_records"):
        catalog[name] = RecordsDataset(path=str(place / name))
    return catalog


def check(catalog, pipeline="ablation", *, of=None, **given):
    asked = registered[pipeline]
    if of:
        asked = asked.filter(node_namespaces=[of])
    check_columns(nodes_to_run(given, asked, catalog), catalog)


def labelled_source():
    return RecordFileDataset(reader="mulberry", path="rows.json", labels=["modality"])


def test_a_column_that_no_record_will_have_is_named(catalog):
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        check(catalog)


def test_a_probe_computes_the_rewards_of_the_grid(catalog):
    catalog["rl_prompts"] = catalog["validation_records"]
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        check(catalog, "probe")


def test_a_label_that_the_reader_declares_is_a_column(catalog):
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        check(catalog)
    catalog["source_records"] = labelled_source()
    check(catalog)


def test_only_trainings_of_the_run_count_and_records_that_are_there_are_asked(catalog, tmp_path):
    catalog["source_records"] = labelled_source()
    row = {"id": "1", "images": [], "question": "Which?", "options": [], "answer": "5"}
    row |= {"solution": "5", "family": "", "source": "", "key_steps": []}
    save_directory(write_rows([row], key_steps=True), tmp_path / "rl_prompts")
    check(catalog, of="plain")
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        check(catalog, of="labelled")  # annotation is no part of this run


def test_key_steps_are_no_column_of_warm_up_records(tmp_path):
    grid = {"seeds": [0], "variants": {"on_paths": {"records": "warm_up_records"}}}
    catalog = of_project(tmp_path, {"ablation": grid})
    said = r"^ablation\.variants\.on_paths\.rewards\.key_steps reads the column 'key_steps', which"
    with pytest.raises(ConfigurationError, match=said):
        check(catalog)


def test_a_training_without_a_grid_is_looked_at_too(tmp_path):
    catalog = of_project(tmp_path, {"step_grpo": {"rewards": {READS_A_LABEL: 1.0}}})
    catalog["rl_prompts"] = RecordFileDataset(
        reader="r1vl10k", path="rows.json", records_path=str(tmp_path / "rows")
    )
    with pytest.raises(ConfigurationError, match=r"^step_grpo\.rewards\..* column 'modality'"):
        check(catalog, "step_grpo")


def test_preflight_lists_it_among_its_reasons(catalog):
    parameters = catalog.load("parameters")
    options, grid = PreflightOptions(sample=1), parameters["ablation"]
    given = parameters["step_grpo"], parameters["variants"], options, grid
    catalog["source_records"] = labelled_source()
    assert not any("modality" in one for one in look_for_data(catalog, *given)["problems"])
    catalog["source_records"] = RecordFileDataset(reader="mulberry", path="rows.json")
    [problem] = [one for one in look_for_data(catalog, *given)["problems"] if "modality" in one]
    assert problem.startswith("ablation.variants.labelled.rewards.")
