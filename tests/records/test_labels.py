"""Labels: text columns that a reader declares, from its rows to rewards, stages and scores."""

import json

import pandas as pd
import pytest

from r1vl_kedro.generation.scoring import summarise
from r1vl_kedro.pipelines.ablation.nodes import choose_records
from r1vl_kedro.records.options import SplitOptions, ValidationOptions
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.schema import RecordsError, labels_of
from r1vl_kedro.records.split import split
from r1vl_kedro.records.store import map_rows
from r1vl_kedro.records.validate import validate
from r1vl_kedro.responses import R1VL

TEXT = ValidationOptions(require_image=False, workers=1)
MODALITIES = ("mri", "ct", "mri", "ct")


def read(tmp_path, values=MODALITIES, labels=("modality",)):
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"Question: What is {k} + 1?"},
                {"role": "assistant", "content": R1VL.render(
                    [f"{k} + 1 = {k + 1}."], str(k + 1), description="A sum.", rationale="Add.")},
            ],
            "images": [],
            **({} if value is None else {"modality": value}),
        }
        for k, value in enumerate(values)
    ]  # fmt: skip
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows))
    return validate(get_reader("mulberry")(file, labels=labels), TEXT)


def test_labels_travel_from_the_rows_to_both_sets_and_to_rl_prompts(tmp_path):
    records, dropped = read(tmp_path)
    assert not dropped and labels_of(records) == ("modality",)
    warm_up, rl = split(records, SplitOptions(), seed=0)
    assert warm_up["modality"] == rl["modality"] == list(MODALITIES)
    prompts = map_rows(rl, lambda row: {**row, "key_steps": []}, key_steps=True)
    assert prompts["modality"] == list(MODALITIES) and labels_of(prompts) == ("modality",)


def test_a_label_that_a_row_lacks_is_empty_and_one_that_is_no_text_sets_the_row_aside(tmp_path):
    records, dropped = read(tmp_path, ("mri", None, 3))
    assert records["modality"] == ["mri", ""]
    assert [(one.reason, one.detail) for one in dropped] == [
        ("malformed_row", "modality is 3; wanted text")
    ]


@pytest.mark.parametrize("name", ["family", "key_steps", "response", "correct", "two words"])
def test_a_label_may_not_take_another_columns_name(tmp_path, name):
    with pytest.raises(RecordsError, match=f"label '{name}' cannot name a column"):
        read(tmp_path, labels=(name,))


def test_a_stage_takes_the_records_that_have_the_values_asked_for(tmp_path):
    records, _ = read(tmp_path)
    chosen = choose_records(records, 0, where={"modality": ["ct"]})
    assert chosen["answer"] == ["2", "4"]
    assert len(choose_records(records, 0, n_records=1, where={"modality": ["ct", "mri"]})) == 1


def test_values_and_columns_that_are_not_there_are_named_with_those_that_are(tmp_path):
    records, _ = read(tmp_path)
    with pytest.raises(RecordsError, match=r"where modality is 'pet'.*there are 'ct, mri'"):
        choose_records(records, 0, where={"modality": ["pet"]})
    with pytest.raises(RecordsError, match=r"no column 'organ'.*have family, source, modality"):
        choose_records(records, 0, where={"organ": ["knee"]})


def test_scores_are_given_for_every_value_of_a_label_but_the_empty_one():
    verdicts = pd.DataFrame(
        {
            "id": list("abcd"), "family": "x", "modality": ["mri", "mri", "ct", ""],
            "correct": [1.0, 0.0, 1.0, 0.0], "valid": 1.0, "k": float("nan"), "tokens": 3,
            "truncated": False,
        }
    )  # fmt: skip
    by_label = summarise(verdicts, labels=("modality",))["by_label"]
    accuracies = {value: one["accuracy"] for value, one in by_label["modality"].items()}
    assert accuracies == {"ct": 1.0, "mri": 0.5}
