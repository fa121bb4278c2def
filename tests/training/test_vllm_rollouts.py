"""What is changed in TRL's vLLM rollouts, without vLLM; tests/vllm_cpu runs the real one."""

import pytest

from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.vllm_rollouts import adapt_generation, check_images, one_each

IMAGE, START, END = 9, 7, 8


class Generation:
    """Stands where TRL's `VLLMGeneration` does; spreads an image over `visual` tokens."""

    def __init__(self, mode, visual=3, kwargs=None):
        self.mode, self.visual, self.generation_kwargs, self.asked = mode, visual, kwargs, []

    def generate(self, prompts, images, num_generations, profiler=None):
        self.asked.append((prompts, images, num_generations, profiler))
        spread = [
            [t for token in ids for t in ([IMAGE] * self.visual if token == IMAGE else [token])]
            for ids in prompts
        ]
        return spread, [[1, 2]] * len(prompts), [[[0.0], [0.0]]] * len(prompts), None


PROMPTS = [[1, START, IMAGE, IMAGE, IMAGE, END, START, IMAGE, IMAGE, IMAGE, END, 2], [3, 4]]


def test_colocated_vllm_gets_one_placeholder_an_image_and_answers_the_prompt_of_training():
    generation = Generation("colocate")
    adapt_generation(generation, IMAGE, [IMAGE, START])
    prompts, completions, *_ = generation.generate(
        prompts=PROMPTS, images=["a", None], num_generations=2, profiler="p"
    )
    [(given, images, number, profiler)] = generation.asked
    assert given == [[1, START, IMAGE, END, START, IMAGE, END, 2], [3, 4]]
    assert (images, number, profiler) == (["a", None], 2, "p")
    assert prompts == PROMPTS
    assert completions == [[1, 2]] * 2


def test_an_image_of_other_size_in_vllm_is_said_at_once():
    generation = Generation("colocate", visual=4)
    adapt_generation(generation, IMAGE, [])
    with pytest.raises(TrainingError, match=r"14 tokens \(8 of images\) where training has 12"):
        generation.generate(prompts=PROMPTS, images=["a", None], num_generations=1)


def test_a_server_gets_the_prompts_as_they_are():
    generation = Generation("server")
    adapt_generation(generation, IMAGE, [])
    generation.generate(prompts=PROMPTS, images=["a", None], num_generations=2)
    assert generation.asked[0][0] == PROMPTS


@pytest.mark.parametrize("mode", ["colocate", "server"])
def test_no_placeholder_is_sampled_and_other_settings_stay(mode):
    generation = Generation(mode, kwargs={"min_tokens": 2})
    adapt_generation(generation, IMAGE, [START, END, IMAGE])
    bias = {START: -100.0, END: -100.0, IMAGE: -100.0}
    assert generation.generation_kwargs == {"min_tokens": 2, "logit_bias": bias}


def test_runs_are_told_apart_by_what_stands_between():
    assert one_each([IMAGE, IMAGE, 1, IMAGE, IMAGE, 1, 1], IMAGE) == [IMAGE, 1, IMAGE, 1, 1]
    assert one_each([], IMAGE) == []


def test_pixels_that_differ_from_the_checkpoint_are_refused(tiny):
    from r1vl_kedro.models import load_processor

    check_images(tiny, load_processor(tiny))
    with pytest.raises(TrainingError, match=r"784 to 3136 pixels.* they have 784 to 7056"):
        check_images(tiny, load_processor(tiny, max_pixels=3136))


def test_saved_files_name_classes_that_vllm_and_auto_processor_find(tiny):
    import json
    from pathlib import Path

    import r1vl_kedro.world

    shipped = Path(r1vl_kedro.world.__file__).parent / "assets/base_model"
    for place in (Path(tiny), shipped):
        for name in ("processor_config.json", "tokenizer_config.json"):
            assert json.loads((place / name).read_text())["processor_class"] == "Qwen2VLProcessor"
        video = json.loads((place / "video_preprocessor_config.json").read_text())
        assert video["video_processor_type"] == "Qwen2VLVideoProcessor"
