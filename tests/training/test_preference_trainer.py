"""Losses on images equal stock TRL's, and each batch's images are read."""

import pytest
import torch
from datasets import load_from_disk
from pair_fixtures import PREFERENCE, pair_rows, save_pairs, with_reference

from r1vl_kedro.models import load_model, load_processor
from r1vl_kedro.prompts import to_messages
from r1vl_kedro.records.images import decode_all
from r1vl_kedro.records.store import open_records
from r1vl_kedro.training.pair_batch import PairCollator
from r1vl_kedro.training.preference_options import PreferenceOptions


def arguments(config, directory, **more):
    return config(
        output_dir=str(directory),
        per_device_train_batch_size=6,
        max_length=None,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        **more,
    )


def our_loss(tiny, where, directory, **options):
    """Loss and gradients of the whole batch by the project's trainer."""
    from trl import DPOConfig

    from r1vl_kedro.training.preference_trainer import PreferenceTrainer

    settings = PreferenceOptions.model_validate({**PREFERENCE, **options})
    rows = open_records(where, "chosen")
    processor = load_processor(tiny)
    collator = PairCollator(
        processor,
        "{question}",
        mismatched=settings.row.kl,
        corrupted_image=settings.row.corrupted_image,
    )
    trainer = PreferenceTrainer(
        model=load_model(tiny),
        settings=settings,
        args=arguments(DPOConfig, directory),
        train_dataset=rows,
        processing_class=processor,
        data_collator=collator,
        peft_config=None,
    )
    trainer.options, trainer.state_dir = settings, directory
    assert trainer.ref_model is None
    return backward(trainer, collator([rows[i] for i in range(len(rows))]))


def backward(trainer, batch):
    trainer.model.train()
    loss = trainer.compute_loss(trainer.model, batch)
    loss.backward()
    gradients = {n: p.grad for n, p in trainer.model.named_parameters() if p.grad is not None}
    return float(loss.detach()), gradients


def rendered(where, **columns):
    """Rows as stock TRL wants them."""
    rows = []
    for row in open_records(where, "chosen"):
        images = decode_all(row["images"])
        turns = {
            theirs: [{"role": "assistant", "content": row[ours]}]
            for theirs, ours in columns.items()
        }
        rows.append({"prompt": to_messages(row), "images": images, **turns})
    return rows


def stock_dpo(tiny, reference, where, directory, **config):
    from trl import DPOConfig, DPOTrainer

    rows = rendered(where, chosen="chosen", rejected="rejected")
    trainer = DPOTrainer(
        model=load_model(tiny),
        ref_model=load_model(reference),
        args=arguments(DPOConfig, directory, **config),
        train_dataset=rows_dataset(rows),
        processing_class=load_processor(tiny),
    )
    return backward(trainer, trainer.data_collator(rows))


def rows_dataset(rows):
    from datasets import Dataset

    return Dataset.from_dict({"row": list(range(len(rows)))}).with_transform(
        lambda batch: {name: [rows[i][name] for i in batch["row"]] for name in rows[0]}
    )


def assert_same(ours, stock):
    (loss, gradients), (other_loss, other_gradients) = ours, stock
    assert loss == pytest.approx(other_loss, rel=1e-5)
    assert gradients.keys() == other_gradients.keys()
    norm = sum(float(g.square().sum()) for g in other_gradients.values()) ** 0.5
    apart = sum(float((gradients[n] - g).square().sum()) for n, g in other_gradients.items()) ** 0.5
    assert norm > 1e-3 and apart < 1e-5 * norm
    assert any("visual" in name and float(g.abs().max()) > 0 for name, g in gradients.items())


FORMS = {
    "dpo": ({"beta": 0.1}, {"loss_type": "sigmoid", "beta": 0.1}),
    "ipo_length_averaged": ({"tau": 0.5}, {"loss_type": "ipo", "beta": 0.5}),
    "dpo_length_normalised": ({"beta": 2.0}, {"loss_type": "sigmoid_norm", "beta": 2.0}),
    "mpo": (
        {"beta": 0.1},
        {
            "loss_type": ["sigmoid", "bco_pair", "sft"],
            "loss_weights": [0.8, 0.2, 1.0],
            "beta": 0.1,
        },
    ),
}


@pytest.mark.parametrize(("name", "share"), [*((name, True) for name in FORMS), ("dpo", False)])
def test_loss_and_gradients_are_those_of_stock_trl(name, share, tiny, other, referenced, tmp_path):
    options, config = FORMS[name]
    options = {**options, "share_prompts": share}
    ours = our_loss(tiny, referenced, tmp_path / "ours", objective=name, **options)
    assert_same(ours, stock_dpo(tiny, other, referenced, tmp_path / "stock", **config))


@pytest.fixture(scope="module")
def unpaired(tmp_path_factory, other):
    """Three chosen and three rejected responses, each of a question of its own."""
    rows = pair_rows()
    for i, row in enumerate(rows):
        row["rejected" if i % 2 else "chosen"] = None
    place = tmp_path_factory.mktemp("unpaired")
    return with_reference(place / "ready", save_pairs(place / "rows", rows), other)


def test_kto_is_stock_trls(tiny, other, unpaired, tmp_path):
    from trl import KTOConfig, KTOTrainer

    weights = {"desirable_weight": 1.5, "undesirable_weight": 0.75}
    rows = rendered(unpaired)
    for row, pair in zip(rows, load_from_disk(unpaired), strict=True):
        row["label"] = pair["chosen"] is not None
        text = pair["chosen"] if row["label"] else pair["rejected"]
        row["completion"] = [{"role": "assistant", "content": text}]
    trainer = KTOTrainer(
        model=load_model(tiny),
        ref_model=load_model(other),
        args=arguments(KTOConfig, tmp_path / "stock", beta=0.1, **weights),
        train_dataset=rows_dataset(rows),
        processing_class=load_processor(tiny),
    )
    loss, gradients = backward(trainer, trainer.data_collator(rows))
    ours = our_loss(
        tiny, unpaired, tmp_path / "ours", objective="kto", beta=0.1, lambda_w=1.5, lambda_l=0.75
    )
    # TRL adds the constant that makes a desirable response's loss w (1 - sigmoid).
    assert_same(ours, (loss - (1.5 + 0.75) / 2, gradients))


def test_a_model_that_does_not_look_is_found_out(tiny, pairs, tmp_path):
    from r1vl_kedro.training.errors import TrainingError

    with pytest.MonkeyPatch.context() as patch:
        import r1vl_kedro.training.preference_trainer as trainer

        patch.setattr(trainer, "completion_logps", lambda *_, **__: torch.zeros(12))
        with pytest.raises(TrainingError, match="vision encoder was not called"):
            our_loss(tiny, pairs, tmp_path, objective="simpo")


class Cutting:
    """A processor that keeps the last 20 tokens of each prompt."""

    def __init__(self, whole):
        self.whole = whole

    def __getattr__(self, name):
        return getattr(self.whole, name)

    def __call__(self, **given):
        batch = self.whole(**given)
        return {**batch, "input_ids": batch["input_ids"][:, -20:]}


def test_image_tokens_that_were_cut_are_found_out(tiny, pairs):
    from r1vl_kedro.training.errors import TrainingError

    rows = [open_records(pairs, "id")[0]]
    PairCollator(load_processor(tiny), "{question}")(rows)
    with pytest.raises(
        TrainingError, match=r"hold \d+ image tokens where .* need \d+; .* were cut"
    ):
        PairCollator(Cutting(load_processor(tiny)), "{question}")(rows)
