"""data_prep as a Kedro pipeline over the embedded world."""

from collections import Counter

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from kedro.validation.type_extractor import TypeExtractor

from r1vl_kedro.datasets import EmbeddedMulberryDataset, EmbeddedSplitDataset, RecordsDataset
from r1vl_kedro.pipelines.data_prep import create_pipeline
from r1vl_kedro.records.options import DataPrepOptions

IN_MEMORY = (
    *("straight_records", "unique_records", "clean_records"),
    *("invalid_records", "reflective_records", "duplicate_records", "contaminated_records"),
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    faults = {"reflective": 0.1, "copied": 0.1, "leaked": 0.1, "broken": 0.2}
    catalog = DataCatalog(
        {
            "source_records": EmbeddedMulberryDataset(
                path=str(root / "raw"), n=300, seed=0, faults=faults
            ),
            "test_records": EmbeddedSplitDataset(
                path=str(root / "test"), split="test", n=60, seed=0
            ),
            "validation_records": EmbeddedSplitDataset(
                path=str(root / "validation"), split="validation", n=30, seed=0
            ),
            **{
                name: RecordsDataset(path=str(root / name))
                for name in ("validated_records", "warm_up_records", "rl_records")
            },
            **{name: MemoryDataset(copy_mode="assign") for name in IN_MEMORY},
            "data_prep_report": MemoryDataset(),
            "rejected_records": MemoryDataset(),
        }
    )
    catalog["params:data_prep"] = DataPrepOptions.model_validate(
        {"split": {"n_warm_up": 100, "n_rl": 25, "min_rl_steps": 2, "max_rl_sloppy": 0.08}}
    )
    catalog["params:seed"] = 7
    SequentialRunner().run(create_pipeline(), catalog)
    return catalog


def test_every_record_read_is_kept_or_accounted_for(prepared):
    report = prepared["data_prep_report"].load()
    rejected = prepared["rejected_records"].load()
    assert report["read"] == 300
    assert report["kept"] + len(rejected) == 300
    assert report["set_aside"] == dict(Counter(r["reason"] for r in rejected).most_common())
    for before, after in zip(report["stages"], report["stages"][1:], strict=False):
        assert before["after"] == after["before"]
    assert report["stages"][-1]["after"] == report["kept"] == sum(report["families"].values())


def test_each_kind_of_fault_in_the_corpus_is_found(prepared):
    set_aside = prepared["data_prep_report"].load()["set_aside"]
    assert set(set_aside) >= {
        *("missing_image", "broken_image", "empty_question"),
        *("answer_not_in_options", "unparsable_path", "reflective", "duplicate"),
    }


def test_the_sets_have_the_sizes_asked_for(prepared):
    report = prepared["data_prep_report"].load()
    assert report["warm_up"] == {"asked": 100, "got": 100}
    assert report["rl"] == {"asked": 25, "got": 25}
    warm_up, rl = prepared["warm_up_records"].load(), prepared["rl_records"].load()
    assert (len(warm_up), len(rl)) == (100, 25)
    assert set(rl["id"]) <= set(prepared["validated_records"].load()["id"])


def test_the_report_gives_the_share_of_sloppy_paths(prepared):
    """The RL set keeps to its limit; of all paths with two steps, two in five are sloppy."""
    sloppy = prepared["data_prep_report"].load()["sloppy"]
    assert sloppy["rl"] == 2 / 25
    assert 0.03 < sloppy["warm_up"] < 0.15


def test_kedro_checks_the_options_before_any_node_runs():
    hints = TypeExtractor({"data_prep": create_pipeline()}).extract_types_from_pipelines()
    assert hints == {"data_prep": DataPrepOptions}
