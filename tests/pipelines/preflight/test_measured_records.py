"""Records that preflight measures before any is converted, with and without images."""

from record_builders import image_bytes

from r1vl_kedro.preflight.data import judge, measure
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.training.options import StepGRPOOptions

STEP_GRPO = StepGRPOOptions(learning_rate=1e-4, num_steps=1, rollouts_per_step=4)
TEXT_ONLY = [RawRecord(id=f"t{k}", question="What is 1 + 2?", answer="3") for k in range(3)]


def judged(*records):
    """What stands in the way of training, and what is worth knowing."""
    notes = []
    found = judge(measure([*TEXT_ONLY, *records], STEP_GRPO, PreflightOptions()), STEP_GRPO, notes)
    return found, notes


def test_questions_of_text_alone_need_no_image():
    assert judged() == ([], [])


def test_images_that_are_all_missing_are_found_among_questions_without(tmp_path):
    gone = RawRecord(id="i", images=[tmp_path / "gone.png"], question="How many?", answer="3")
    assert judged(gone)[0] == [
        "source_records: none of its images can be opened; is image_root right?"
    ]


def test_one_missing_image_among_others_is_a_note(tmp_path):
    (tmp_path / "here.png").write_bytes(image_bytes(1))
    here, gone = (
        RawRecord(id=name, images=[tmp_path / f"{name}.png"], question="How many?", answer="3")
        for name in ("here", "gone")
    )
    found, notes = judged(here, gone)
    assert found == []
    assert notes == [
        "1 images of the first 5 records are missing or broken; data_prep sets such records aside"
    ]
