"""Settings that clash with each other or with the machine, wherever they are written."""

from dataclasses import replace
from importlib.util import find_spec

from preflight_builders import FOUR_GPUS, STEP_GRPO, WARM_UP, variant

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.generation.pairs import PairOptions
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.launcher.jobs import lack
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.preflight import nodes
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.options import SFTOptions
from r1vl_kedro.training.planned import of_sections
from r1vl_kedro.training.preference_options import PreferenceOptions


def test_gpus_that_are_not_there_are_a_reason(monkeypatch):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    said = lack(FOUR_GPUS)
    assert "asks for 4 GPUs" in said and "has 1 GPU that" in said
    assert lack(LauncherOptions(num_processes=4, device="cpu")) is None
    monkeypatch.setattr("torch.cuda.device_count", lambda: 4)
    assert lack(FOUR_GPUS) is None


def test_settings_are_looked_at_together_with_the_machine(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    evaluation = EvaluationOptions.model_construct(
        decoding=DecodingOptions(engine="vllm", max_new_tokens=2048)
    )
    three = LauncherOptions(num_processes=3, device="cuda")
    problems = nodes.check_settings(WARM_UP, STEP_GRPO, three, evaluation, {}, "hub/model")
    text = "\n".join(problems)
    assert "warm_up: batch_size 8 is not a multiple of 3 processes; 6 or 9 would work" in text
    assert "step_grpo: rollouts_per_step 16 is not a multiple of 3 processes" in text
    assert "has no GPU" in text
    assert ("engine is vllm, which is not installed" in text) == (find_spec("vllm") is None)


def test_every_method_of_the_grid_is_checked_where_its_options_are_written():
    preference = PreferenceOptions(num_steps=1, batch_size=10, max_completion_length=64)
    sharp = STEP_GRPO.model_copy(update={"beta": 0.1})
    odd = STEP_GRPO.model_copy(update={"micro_batch_size": 3})
    variants = {
        "pairs": variant("pairs", "sample_pairs", PairOptions()),
        "dpo_seed0": variant("dpo", "preference", preference, records="pairs.pairs"),
        "dpo_seed1": variant("dpo", "preference", preference, records="pairs.pairs"),
        "sharp": variant("sharp", "step_grpo", sharp),
        "odd": variant("odd", "step_grpo", odd),
    }
    evaluation = EvaluationOptions.model_construct(decoding=DecodingOptions(max_new_tokens=1024))
    four = LauncherOptions(num_processes=4)
    found = nodes.check_settings(WARM_UP, STEP_GRPO, four, evaluation, variants, "hub/model")
    assert len(found) == 3
    assert found[0].startswith(
        "ablation.variants.dpo: batch_size 10 is not a multiple of 4 processes; 8 or 12 would work"
    )
    assert found[1].startswith("ablation.variants.odd: micro_batch_size 3 does not divide")
    assert found[2].startswith(
        "ablation.variants.pairs.decoding.max_new_tokens 256 is above "
        "ablation.variants.dpo.max_completion_length 64; pairs with"
    )


def test_a_section_that_two_methods_share_is_read_by_each_in_its_own_options(monkeypatch):
    class Own(SFTOptions):
        share: float = 0.5

    monkeypatch.setitem(METHODS, "own", replace(METHODS["warm_up"], options=Own))
    shared, own = of_sections({"warm_up": WARM_UP}, ["warm_up", "own"])
    assert shared.options == WARM_UP
    assert own.options == Own(**WARM_UP.model_dump()) and own.options.share == 0.5
