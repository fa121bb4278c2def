"""A StepGRPO step beside stock TRL's: ratios of CPU seconds and of memory, and equal gradients.

    python perf/step_grpo.py                              # P about 650 (500 visual), R = 300, M = 4
    python perf/step_grpo.py --shape embedded --prompts 15
    python perf/step_grpo.py --micro 4                    # as the profiles: a group a forward pass
    python perf/step_grpo.py --micro 4 --processes 2      # on two ranks (gloo)
    python perf/step_grpo.py --group 8 --micro 8

Stock TRL and this project train the same random Qwen2-VL in processes of their own, a step of the
one after a step of the other, so that a busy machine slows both alike. A ratio is stock divided by
ours, of CPU seconds over all processes; min, median and max are over the pairs of steps. The first
step of each warms up and is left out. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIELDS = (
    "update_ratio",
    "update_ratio_checkpointing",
    "reference_ratio",
    "step_ratio",
    "memory_ratio",
    "gradient_difference",
)
PHASES = ("step", "generate", "reference", "update")
SHAPES = {
    # (image width and height in pixels, words in the question, tokens sampled)
    "paper": ((700, 560), 33, 300),
    "embedded": ((84, 84), 6, 100),
}
"""A visual token is 28 x 28 pixels."""


def model_and_processor(shape: str):
    """The embedded world's model, or one whose vision tower costs as much as its text part.

    In Qwen2-VL-2B an image of 500 visual tokens (2,000 patches) takes 1.3e12 multiplications in
    the tower, and 950 tokens take 1.5e12 in the text part; the small model keeps that proportion.
    """
    from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

    from r1vl_kedro.world.tiny import build_model, build_processor

    processor = build_processor()
    model = build_model(0, processor.tokenizer)
    if shape == "paper":
        processor.image_processor.size["longest_edge"] = 700 * 560
        config = model.config.to_dict()
        config["text_config"] |= {
            "hidden_size": 256, "intermediate_size": 1024, "num_hidden_layers": 6,
            "num_attention_heads": 4, "num_key_value_heads": 2,
            "rope_parameters": {
                "rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 8, 8],
            },
        }  # fmt: skip
        config["text_config"].pop("layer_types", None)
        config["vision_config"] |= {
            "embed_dim": 192, "hidden_size": 256, "depth": 6, "num_heads": 3, "mlp_ratio": 4,
        }  # fmt: skip
        model = Qwen2VLForConditionalGeneration(Qwen2VLConfig(**config))
    return model, processor


def trainer_of(given: argparse.Namespace, place: Path, variant: str):
    """Make a trainer of ``variant``: ``stock`` is TRL's own class, ``ours`` this project's."""
    import numpy as np
    from datasets import Dataset, Image
    from PIL import Image as pillow
    from trl import GRPOConfig, GRPOTrainer

    from r1vl_kedro.models import load_model, load_processor, vision_token_ids
    from r1vl_kedro.training.step_grpo_trainer import StepGRPOTrainer

    size, words, length = SHAPES[given.shape]
    processor = load_processor(place)
    pixels = np.random.default_rng(0).integers(0, 255, (given.prompts, *size[::-1], 3), "uint8")
    rows = Dataset.from_list(
        [
            {
                "id": str(i),
                "prompt": [{"role": "user", "content": f"{i} " + "how many " * words}],
                "images": [pillow.fromarray(picture)],
            }
            for i, picture in enumerate(pixels)
        ]
    ).cast_column("images", [Image()])
    tokenizer = processor.tokenizer
    never = [*vision_token_ids(tokenizer), tokenizer.eos_token_id, tokenizer.pad_token_id]
    rollouts, world = given.prompts * given.group, given.processes
    micro = given.micro or rollouts // world
    arguments = GRPOConfig(
        output_dir=str(place / variant),
        max_steps=given.pairs + 1,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=rollouts // world // micro,
        num_generations=given.group,
        max_completion_length=length,
        beta=0.04,
        temperature=1.2,
        loss_type="grpo",
        learning_rate=1e-6,
        gradient_checkpointing=given.checkpointing == "on",
        generation_kwargs={"suppress_tokens": never},
        bf16=False,
        use_cpu=True,
        ddp_backend="gloo" if world > 1 else None,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        logging_steps=1000,
    )

    def many_spaces(completions, **columns):
        return [float(completion[0]["content"].count(" ")) for completion in completions]

    given_to = {
        "model": load_model(place), "processing_class": processor, "args": arguments,
        "train_dataset": rows, "reward_funcs": many_spaces,
    }  # fmt: skip
    if variant == "stock":
        return GRPOTrainer(**given_to)
    trainer = StepGRPOTrainer(share_prompts=True, **given_to)
    trainer.suppressed = never
    return prepared(trainer, given, place, rollouts // world // micro)


def prepared(trainer, given: argparse.Namespace, place: Path, passes: int):
    """Give this project's trainer what its entry function gives it."""
    from r1vl_kedro.training.data import StepSampler
    from r1vl_kedro.training.options import StepGRPOOptions

    rollouts = given.prompts * given.group
    trainer.options = StepGRPOOptions(
        num_steps=1, rollouts_per_step=rollouts, group_size=given.group
    )
    trainer.state_dir = place / "ours"
    trainer.sampler = StepSampler(
        given.prompts, blocks=given.pairs + 1, prompts=given.prompts, group_size=given.group,
        repeats=passes, seed=0,
    )  # fmt: skip
    return trainer


def timed(trainer) -> dict[str, float]:
    """CPU seconds by phase, filled while the trainer runs; its methods are wrapped."""
    import torch

    spent = dict.fromkeys(PHASES, 0.0)

    def wrap(name: str, phase: str, counts=lambda *a: True):
        inner = getattr(trainer, name)

        def method(*args, **kwargs):
            start = time.process_time()
            try:
                return inner(*args, **kwargs)
            finally:
                if counts():
                    spent[phase] += time.process_time() - start

        setattr(trainer, name, method)

    wrap("_generate_single_turn", "generate")
    wrap("_get_per_token_logps_and_entropies", "reference", lambda: not torch.is_grad_enabled())
    wrap("_generate_and_score_completions", "sampling")
    spent["sampling"] = 0.0
    wrap("training_step", "update")
    return spent


def peak() -> int:
    """This process's highest resident memory in KiB.

    ``ru_maxrss`` would start at that of the process that started it.
    """
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


def child(given: argparse.Namespace, place: Path) -> None:
    """Train; before each step wait for a line on stdin, after it print the CPU seconds."""
    import torch
    from transformers import TrainerCallback

    torch.set_num_threads(1)
    trainer = trainer_of(given, place, given.child)
    spent = timed(trainer)
    base = peak()

    class InTurn(TrainerCallback):
        def on_step_begin(self, *args, **kwargs):
            if int(os.environ.get("RANK", "0")) == 0:
                sys.stdin.readline()
            if given.processes > 1:
                torch.distributed.barrier()
            spent.update(dict.fromkeys(spent, 0.0))
            self.start = time.process_time()

        def on_step_end(self, *args, **kwargs):
            seconds = {
                **spent,
                "step": time.process_time() - self.start,
                "update": spent["update"] - spent["sampling"],
                "memory": peak() - base,
            }
            print("@" + json.dumps(seconds), flush=True)

    trainer.add_callback(InTurn())
    trainer.train()


def gradient_difference(given: argparse.Namespace, place: Path) -> float:
    """The relative distance of the gradient of one batch from that of TRL's own forward.

    In one process whatever was measured; tests/training/test_distributed.py compares ranks.
    """
    import torch

    alone = argparse.Namespace(**{**vars(given), "processes": 1, "micro": None})
    trainer = trainer_of(alone, place, "ours")
    trainer.create_optimizer()
    trainer.model.train()
    trainer.current_gradient_accumulation_steps = trainer.args.gradient_accumulation_steps
    rows = [trainer.train_dataset[i] for i in range(given.prompts) for _ in range(given.group)]
    batch = trainer._generate_and_score_completions(rows)
    found = []
    for shared in (True, False):
        trainer.share_prompts = shared
        trainer.model.zero_grad()
        trainer._compute_loss(trainer.model, batch).backward()
        parameters = trainer.model.parameters()
        found.append(torch.cat([p.grad.flatten() for p in parameters if p.grad is not None]))
    return float((found[0] - found[1]).norm() / found[1].norm())


def start(given: argparse.Namespace, place: str, variant: str) -> list[subprocess.Popen]:
    """Start the processes of a variant; rank 0 is told when to go on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    ranks = []
    for rank in range(given.processes):
        several = {
            "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(given.processes),
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port,
        }  # fmt: skip
        command = [
            sys.executable, __file__, *sys.argv[1:],
            "--checkpointing", given.checkpointing, "--child", variant, "--place", place,
        ]  # fmt: skip
        ranks.append(
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if given.verbose else subprocess.DEVNULL,
                text=True,
                env={
                    **os.environ,
                    "OMP_NUM_THREADS": "1",
                    **(several if given.processes > 1 else {}),
                },
            )
        )
    return ranks


def step_of(ranks: list[subprocess.Popen]) -> dict[str, float]:
    """Let a variant do one step; CPU seconds summed over its processes, the highest memory."""
    ranks[0].stdin.write("\n")
    ranks[0].stdin.flush()
    found = []
    for rank in ranks:
        line = next((line for line in rank.stdout if line.startswith("@")), None)
        if line is None:
            raise SystemExit("a training process ended early; --verbose shows why")
        found.append(json.loads(line[1:]))
    summed = {name: sum(seconds[name] for seconds in found) for name in found[0]}
    return {**summed, "memory": max(seconds["memory"] for seconds in found)}


def compare(given: argparse.Namespace) -> dict[str, float]:
    """Run both variants in turn, print the table, return medians."""
    with tempfile.TemporaryDirectory() as place:
        model, processor = model_and_processor(given.shape)
        model.save_pretrained(place)
        processor.save_pretrained(place)
        running = {variant: start(given, place, variant) for variant in ("stock", "ours")}
        steps: dict[str, list[dict[str, float]]] = {"stock": [], "ours": []}
        for pair in range(given.pairs + 1):
            for variant, ranks in running.items():
                told = f"step {pair} of {given.pairs}" if pair else "warming up"
                print(f"{variant}: {told}", file=sys.stderr)
                seconds = step_of(ranks)
                if pair:
                    steps[variant].append(seconds)
        for rank in running["stock"] + running["ours"]:
            rank.communicate()
        difference = gradient_difference(given, Path(place))
    what = f"{given.shape}, M = {given.group}, {given.prompts} prompts, micro-batch {given.micro}"
    what += f", {given.processes} processes" + ", checkpointing" * (given.checkpointing == "on")
    show = (lambda line: None) if given.json else print
    show(f"{what}\n{'':12}{'stock s':>10}{'ours s':>10}{'min':>8}{'median':>8}{'max':>8}")
    medians = {}
    for phase in PHASES:
        stock, ours = ([step[phase] for step in steps[v]] for v in ("stock", "ours"))
        ratios = [one / other for one, other in zip(stock, ours, strict=True)]
        medians[phase] = statistics.median(ratios)
        show(
            f"{phase:12}{statistics.median(stock):10.2f}{statistics.median(ours):10.2f}"
            f"{min(ratios):8.2f}{medians[phase]:8.2f}{max(ratios):8.2f}"
        )
    used = {variant: steps[variant][-1]["memory"] / 1024 for variant in steps}
    show(f"peak memory above the models: {used['stock']:.0f} -> {used['ours']:.0f} MB")
    updates = {"off": "update_ratio", "on": "update_ratio_checkpointing"}
    return {
        updates[given.checkpointing]: medians["update"],
        "reference_ratio": medians["reference"],
        "step_ratio": medians["step"],
        # A short run may stay below what loading the models took.
        "memory_ratio": used["ours"] / used["stock"] if used["stock"] else None,
        "gradient_difference": difference,
    }


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, default="paper", help="default %(default)s")
    parser.add_argument("--group", type=int, default=4, help="M (%(default)s)")
    parser.add_argument("--prompts", type=int, default=4, help="a step (%(default)s)")
    parser.add_argument("--micro", type=int, help="completions per process and forward (all)")
    parser.add_argument("--processes", type=int, default=1, help="ranks (%(default)s)")
    parser.add_argument(
        "--checkpointing", choices=["off", "on", "both"], default="both", help="%(default)s"
    )
    parser.add_argument("--pairs", type=int, default=5, help="of steps, one each way (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print the last line alone")
    parser.add_argument("--verbose", action="store_true", help="show what the libraries log")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    if given.child:
        child(given, given.place)
    else:
        modes = ("off", "on") if given.checkpointing == "both" else (given.checkpointing,)
        report: dict[str, float | None] = dict.fromkeys(FIELDS)
        for mode in modes:
            given.checkpointing = mode
            # What both modes have is that without checkpointing, and the larger difference.
            found = compare(given)
            known = report["gradient_difference"] or 0.0
            found["gradient_difference"] = max(known, found["gradient_difference"])
            report |= {k: v for k, v in found.items() if report[k] is None or k == FIELDS[-1]}
        print(json.dumps({k: v and round(v, 8) for k, v in report.items()}))
