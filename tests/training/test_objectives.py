"""Preference objectives: the printed formulas, to six digits, with their gradients."""

import json
import math

import pytest
import torch

from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.objectives import OBJECTIVES, preference_loss

NINE = "rrhf slic_hf dpo ipo cpo kto orpo rdpo simpo".split()


def double(values):
    return torch.tensor(values, dtype=torch.float64)


def evaluated(case, name, **options):
    """Losses of a case and their gradients in the policy's two log-probabilities."""
    lw = double(case["policy_chosen_logps"]).requires_grad_()
    ll = double(case["policy_rejected_logps"]).requires_grad_()
    lengths = torch.tensor(case["chosen_lengths"]), torch.tensor(case["rejected_lengths"])
    reference = double(case["ref_chosen_logps"]), double(case["ref_rejected_logps"])
    if not OBJECTIVES[name].reference:
        reference = None, None
    z = case["z_ref"] if name == "kto" else None
    losses = preference_loss(name, lw, ll, *lengths, *reference, z_ref=z, **options)
    gradients = torch.autograd.grad(losses.sum(), (lw, ll), allow_unused=True)
    return losses, *(torch.zeros_like(lw) if g is None else g for g in gradients)


def assert_close(found, expected):
    for one, other in zip(found.tolist(), expected, strict=True):
        assert other is None or one == pytest.approx(other, rel=1e-6, abs=1e-300)


def as_options(hparams):
    return {"lambda_" if key == "lambda" else key: value for key, value in hparams.items()}


# The name in the cases: objective, whose hyper-parameters, what is changed in them.
FORMS = {name: (name, name, {}) for name in NINE} | {
    "simpo_no_length_norm": ("simpo", "simpo_no_length_norm", {"length_norm": False}),
    "simpo_gamma0": ("simpo", "simpo", {"gamma": 0.0}),
    "rrhf_mean_nll": ("rrhf", "rrhf", {"nll": "sequence_mean"}),
    "cpo_mean_nll": ("cpo", "cpo", {"nll": "sequence_mean"}),
    "cpo_preference_term": ("cpo", "cpo", {"lambda_": 0.0}),
    "ipo_length_averaged": ("ipo_length_averaged", "ipo", {}),
}


@pytest.mark.parametrize("form", FORMS)
def test_losses_and_gradients_of_the_reference_cases(form, shared_dir):
    name, hparams, changes = FORMS[form]
    lines = (shared_dir / "cases" / "preference.jsonl").read_text().splitlines()
    assert lines
    for case in map(json.loads, lines):
        options = as_options(case["hparams"][hparams]) | changes
        losses, chosen, rejected = evaluated(case, name, **options)
        assert_close(losses, case["expected"][form])
        assert_close(chosen, case["grad_policy_chosen_logp"][form])
        assert_close(rejected, case["grad_policy_rejected_logp"][form])


def test_kto_lowers_the_rejected_response(shared_dir):
    for line in (shared_dir / "cases" / "preference.jsonl").read_text().splitlines():
        case = json.loads(line)
        _, chosen, rejected = evaluated(case, "kto", **as_options(case["hparams"]["kto"]))
        assert (chosen <= 0).all() and (rejected >= 0).all()
        literal = case["grad_policy_rejected_logp"]["kto_table_literal_sign"]
        assert_close(-rejected, literal)


PAIR = {
    "lw": double([-20.0, -8.0]),
    "ll": double([-30.0, -5.0]),
    "nw": torch.tensor([10, 4]),
    "nl": torch.tensor([12, 5]),
}
REFERENCE = {"rw": double([-22.0, -9.0]), "rl": double([-29.0, -5.5])}


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_mpo_is_its_three_terms():
    losses = preference_loss("mpo", **PAIR, **REFERENCE, beta=0.5)
    nll = 28 / 14
    for loss, dw, dl in zip(losses.tolist(), (2.0, 1.0), (-1.0, 0.5), strict=True):
        preference = -math.log(sigmoid(0.5 * (dw - dl)))
        quality = -math.log(sigmoid(0.5 * dw)) - math.log(sigmoid(-0.5 * dl))
        assert loss == pytest.approx(0.8 * preference + 0.2 * quality + nll, rel=1e-12)


def test_length_normalised_dpo():
    losses = preference_loss("dpo_length_normalised", **PAIR, **REFERENCE, beta=3.0)
    expected = [
        -math.log(sigmoid(3 * (2 / 10 + 1 / 12))),
        -math.log(sigmoid(3 * (1 / 4 - 0.5 / 5))),
    ]
    assert losses.tolist() == pytest.approx(expected, rel=1e-12)


def test_mdpo_adds_the_image_and_the_anchor():
    images = {"lc": double([-24.0, -8.5]), "rc": double([-23.0, -9.0])}
    losses = preference_loss("mdpo", **PAIR, **REFERENCE, **images, beta=0.5, delta=0.25)
    plain = preference_loss("dpo", **PAIR, **REFERENCE, beta=0.5)
    expected = [
        -math.log(sigmoid(0.5 * (dw - dc))) - math.log(sigmoid(0.5 * dw - 0.25))
        for dw, dc in ((2.0, -1.0), (1.0, 0.5))
    ]
    assert (losses - plain).tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("side", ["lw", "ll"])
def test_orpo_is_finite_where_a_response_is_certain(dtype, side):
    inputs = {k: v.to(dtype, copy=True) if k in ("lw", "ll") else v for k, v in PAIR.items()}
    inputs[side] = torch.zeros(2, dtype=dtype)
    inputs["lw"].requires_grad_(), inputs["ll"].requires_grad_()
    losses = preference_loss("orpo", **inputs, lambda_=1.0)
    losses.sum().backward()
    assert losses.isfinite().all()
    assert inputs["lw"].grad.isfinite().all() and inputs["ll"].grad.isfinite().all()


def test_an_nll_term_per_token_of_the_batch():
    summed = preference_loss("cpo", **PAIR, lambda_=0.0)
    losses = preference_loss("cpo", **PAIR, nll="batch_token_mean")
    assert (losses - summed).tolist() == pytest.approx([2.0, 2.0])


def test_an_unknown_objective_is_named_with_those_there_are():
    with pytest.raises(TrainingError, match=r"'dop'.*'dpo'"):
        preference_loss("dop", **PAIR)


def test_an_option_of_another_objective_is_named():
    with pytest.raises(TrainingError, match="'dpo' has no option 'gamma'; it takes beta"):
        preference_loss("dpo", **PAIR, **REFERENCE, gamma=0.5)


@pytest.mark.parametrize("name", [n for n, row in OBJECTIVES.items() if row.reference])
def test_a_missing_reference_is_named(name):
    with pytest.raises(TrainingError, match=f"'{name}' needs rw, rl"):
        preference_loss(name, **PAIR, z_ref=0.0)


def test_kto_without_its_reference_point():
    with pytest.raises(TrainingError, match="'kto' needs z_ref"):
        preference_loss("kto", **PAIR, **REFERENCE)


def test_no_gradient_flows_through_the_reference_point():
    z = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    lw = PAIR["lw"].clone().requires_grad_()
    losses = preference_loss("kto", **{**PAIR, "lw": lw}, **REFERENCE, z_ref=z)
    losses.sum().backward()
    assert z.grad is None and lw.grad.abs().min() > 0


def test_an_unknown_way_to_count_the_nll():
    with pytest.raises(TrainingError, match="nll is 'mean'"):
        preference_loss("sft", **PAIR, nll="mean")
