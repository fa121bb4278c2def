"""How far vLLM's probabilities are from the trainer's is measured, logged and warned of."""

import json
import logging
import math

import pytest
import torch
from pydantic import ValidationError
from training_fixtures import GRPO, train

from r1vl_kedro.training.mismatch import alarm, correct, mismatch
from r1vl_kedro.training.vllm_options import VllmOptions

MASK = torch.tensor([[1, 1, 1], [1, 1, 0], [1, 0, 0]])
RATIO = torch.tensor([[0.5, 0.5, 0.5], [0.0, 0.2, 9.0], [-0.3, 9.0, 9.0]])
"""Log-ratios; those of 9 lie behind the completions' ends."""


def test_raw_ratios_are_described_whatever_the_correction():
    for correction in ("none", "token_truncate", "sequence_mask"):
        found = mismatch(RATIO, MASK, VllmOptions(correction=correction))
        tokens = [0.5, 0.5, 0.5, 0.0, 0.2, -0.3]
        mean = sum(tokens) / 6
        assert found["drift"] == pytest.approx(mean)
        spread = math.sqrt(sum((t - mean) ** 2 for t in tokens) / 6)
        assert found["spread"] == pytest.approx(spread)
        assert found["token_log_ratio/p50"] == pytest.approx(0.35)
        assert found["sequence_log_ratio/p50"] == pytest.approx(0.2)
        assert found["sequence_log_ratio/p99"] == pytest.approx(1.474)


@pytest.mark.parametrize(
    ("correction", "sequences", "tokens"),
    [("sequence_mask", 1 / 3, 1 / 2), ("token_mask", 1 / 3, 1 / 2), ("sequence_truncate", 0, 0)],
)
def test_masked_shares_are_those_that_train_on_nothing(correction, sequences, tokens):
    # exp(1.5) is above 3, exp(0.5) above 1.5.
    bound = 3.0 if correction.startswith("sequence") else 1.5
    found = mismatch(RATIO, MASK, VllmOptions(correction=correction, max_ratio=bound))
    assert found["masked_sequences"] == pytest.approx(sequences)
    assert found["masked_tokens"] == pytest.approx(tokens)


def test_effective_sample_size_is_that_of_the_corrected_weights():
    mask = torch.ones(3, 1)
    ratio = torch.log(torch.tensor([[1.0], [2.0], [4.0]]))
    size = {
        "none": 1.0,
        "sequence_truncate": 6**2 / (3 * 14),
        "sequence_mask": 3**2 / (3 * 5),
    }
    for correction, expected in size.items():
        found = mismatch(ratio, mask, VllmOptions(correction=correction, max_ratio=3.0))
        assert found["effective_sample_size"] == pytest.approx(expected)


def test_tokens_without_a_probability_count_as_equal():
    ratio = torch.tensor([[float("nan"), 0.2]])
    assert mismatch(ratio, torch.ones(1, 2), VllmOptions())["drift"] == pytest.approx(0.1)


def test_alarm_names_what_is_beyond_which_bound():
    options = VllmOptions(correction="sequence_mask", max_drift=0.05, max_masked=0.25)
    reason = alarm(mismatch(RATIO, MASK, options), options)
    assert "-0.233 nats a token on average (max_drift 0.05)" in reason
    assert "33% of the sequences lose tokens to sequence_mask (max_masked 0.25)" in reason
    assert alarm(mismatch(0.01 * RATIO, MASK, options), options) is None


def test_what_to_expect_grows_with_the_length():
    mask = VllmOptions(correction="sequence_mask")
    assert mask.expected_masked(300) == pytest.approx(0.102, abs=1e-3)
    assert mask.expected_masked(1024) == pytest.approx(0.246, abs=1e-3)
    assert VllmOptions().expected_masked(1024) == 0


def test_bounds_that_leave_out_agreement_are_refused():
    with pytest.raises(ValidationError, match=r"max_ratio 0.5 leave out a ratio of 1"):
        VllmOptions(max_ratio=0.5)


class Drifting:
    """TRL's ``VLLMGeneration`` on the trainer's own weights, off by ``drift`` a token."""

    drift = 0.0
    mode = "server"
    generation_kwargs = None

    def __init__(self, model, processing_class, temperature, max_completion_length, **settings):
        self.model, self.processor = model, processing_class
        self.temperature, self.length = temperature, max_completion_length
        self.random = torch.Generator().manual_seed(0)
        self.vllm_client = self

    def get_server_info(self):
        return {"model_config": {"logprobs_mode": "processed_logprobs"}}

    def sync_weights(self):
        """The weights are the trainer's."""

    def generate(self, prompts, images, num_generations, profiler):
        answers, logps = [], []
        for ids, pictures in zip(prompts, images, strict=True):
            answer = torch.randint(300, 500, (self.length,), generator=self.random)
            row = torch.cat([torch.tensor(ids), answer]).unsqueeze(0)
            seen = self.processor.image_processor(images=pictures, return_tensors="pt")
            kinds = (row == self.processor.image_token_id).long()
            with torch.no_grad():
                logits = self.model(input_ids=row, mm_token_type_ids=kinds, **seen).logits[0]
            logp = (logits[-self.length - 1 : -1] / self.temperature).log_softmax(-1)
            chosen = logp.gather(-1, answer.unsqueeze(-1))
            answers.append(answer.tolist())
            logps.append((chosen + self.drift).tolist())
        return prompts, answers, logps, None


def test_terms_are_multiplied_by_the_ratio_within_its_bounds():
    def factors(correction, high):
        return correct(RATIO, MASK, VllmOptions(correction=correction, max_ratio=high))

    e = math.exp
    assert factors("none", 3.0).flatten().tolist() == [1, 1, 1]
    assert factors("sequence_mask", 3.0)[:, 0].tolist() == pytest.approx([0, e(0.2), e(-0.3)])
    assert factors("sequence_truncate", 3.0)[:, 0].tolist() == pytest.approx([3, e(0.2), e(-0.3)])
    assert factors("token_truncate", 1.5)[0].tolist() == pytest.approx([1.5] * 3)
    assert factors("token_mask", 1.5)[0].tolist() == [0, 0, 0]
    assert factors("token_mask", 1.5)[1].tolist() == pytest.approx([1, e(0.2), 1])


def test_completions_left_out_of_the_loss_are_not_counted():
    found = mismatch(RATIO, MASK, VllmOptions())
    empty = torch.cat([MASK, torch.zeros(2, 3)])
    assert mismatch(torch.cat([RATIO, RATIO[:2]]), empty, VllmOptions()) == pytest.approx(found)


@pytest.mark.parametrize("correction", ["token_truncate", "sequence_mask"])
def test_the_loss_gives_the_ratio_that_a_pass_of_its_own_would(
    correction, tiny, records, tmp_path, monkeypatch
):
    import trl.trainer.grpo_trainer as grpo_trainer

    from r1vl_kedro.training.vllm_ratio import VllmRatio

    monkeypatch.setattr(Drifting, "drift", 0.03)
    monkeypatch.setattr(grpo_trainer, "VLLMGeneration", Drifting)
    vllm = {"mode": "server", "server_base_url": "http://localhost:1", "correction": correction}
    vllm |= {"min_ratio": 0.6}  # twelve tokens of 0.97
    options = {
        **GRPO, "num_steps": 2, "checkpoint_steps": 0, "vllm": vllm, "beta": 0.0,
        "micro_batch_size": 4, "rewards": {f"{__name__}.by_length": 1.0},
    }  # fmt: skip
    logs = []
    for from_loss in (True, False):
        monkeypatch.setattr(VllmRatio, "ratio_from_loss", from_loss)
        output = tmp_path / str(from_loss)
        train("grpo", base=tiny, records=records, output=str(output), options=options, seed=3)
        logs.append(json.loads((output / "training_log.json").read_text()))
    for ours, trls in zip(*logs, strict=True):
        assert ours["grad_norm"] > 0.01
        same = ["loss", "grad_norm", *(name for name in ours if name.startswith("sampling/"))]
        for name in same:
            assert ours[name] == pytest.approx(trls[name], rel=1e-4, abs=1e-6), name
        assert "seconds/old_and_reference_logps" not in ours
        assert trls["seconds/old_and_reference_logps"] > 0


def by_length(completions, **columns):
    """A reward that tells an untrained model's completions apart."""
    return [len(completion[0]["content"]) / 10 for completion in completions]


@pytest.mark.parametrize(("drift", "correction"), [(0.0, "token_truncate"), (0.02, "none")])
def test_an_injected_drift_trips_the_alarm_in_one_step(
    drift, correction, tiny, records, tmp_path, monkeypatch, caplog
):
    import trl.trainer.grpo_trainer as grpo_trainer

    monkeypatch.setattr(Drifting, "drift", drift)
    monkeypatch.setattr(grpo_trainer, "VLLMGeneration", Drifting)
    vllm = {"mode": "server", "server_base_url": "http://localhost:1", "correction": correction}
    options = {**GRPO, "num_steps": 1, "checkpoint_steps": 0, "vllm": vllm}
    with caplog.at_level(logging.WARNING, logger="r1vl_kedro"):
        output = str(tmp_path / "model")
        train("grpo", base=tiny, records=records, output=output, options=options, seed=3)
    [step] = json.loads((tmp_path / "model" / "training_log.json").read_text())
    assert step["sampling/drift"] == pytest.approx(-drift, abs=1e-5)
    assert step["sampling/spread"] == pytest.approx(0, abs=1e-5)
    assert step["sampling/alarm"] == float(drift > 0)
    assert ("off by +0.02 nats a token" in caplog.text) == (drift > 0)
