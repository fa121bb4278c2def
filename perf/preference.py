"""An update on pairs: objectives without a reference beside DPO, and DPO beside stock TRL's.

    python perf/preference.py                      # prompts of about 650 tokens, 500 of them visual
    python perf/preference.py --shape embedded --pairs 16
    python perf/preference.py --objectives orpo kto

Each subject trains the same random Qwen2-VL in a process of its own, an update of one after an
update of another, so that a busy machine slows all alike: ``stock`` is TRL's DPOTrainer with its
reference model, ``dpo`` ours with the reference's log-probabilities beside the pairs, the others
are ours too. CPU seconds are per
update, memory is the peak of the process above its own before the model is loaded. The first
update of each warms up and is left out. What is being timed is told on stderr; the last line is
JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHAPES = {"paper": ((700, 560), 33, 300), "embedded": ((84, 84), 6, 60)}
"""Image width and height in pixels, words in the question, words in a response."""


def rows_of(shape: str, count: int) -> list[dict]:
    """Pairs on random images, with log-probabilities that a reference might have given."""
    import numpy as np
    from PIL import Image

    from r1vl_kedro.records.pairs import LOGPS

    (width, height), asked, answered = SHAPES[shape]
    words = "red blue cube sphere left right top bottom large small".split()
    draw = np.random.default_rng(0)
    rows = []
    for i in range(count):
        stream = io.BytesIO()
        Image.fromarray(draw.integers(0, 255, (height, width, 3), "uint8")).save(stream, "PNG")
        text = {
            name: " ".join(draw.choice(words, size))
            for name, size in (
                ("question", asked),
                ("chosen", answered),
                ("rejected", answered * 2 // 3),
                ("mismatched", answered),
            )
        }
        reference = dict.fromkeys(LOGPS, -100.0)
        image = {"bytes": stream.getvalue(), "path": None}
        rows.append({"id": str(i), "images": [image], "options": [], **text, **reference})
    return rows


def peak_mib() -> float:
    """Most memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cpu_seconds() -> float:
    """CPU seconds of this process, all threads."""
    return time.process_time()


def serve(subject: str, shape: str, pairs: int) -> None:
    """Make the subject's trainer, then do one update for each line read; answer in JSON lines."""
    import torch
    from step_grpo import model_and_processor
    from trl import DPOConfig

    torch.set_num_threads(1)
    rows, before = rows_of(shape, pairs), peak_mib()
    model, processor = model_and_processor(shape)
    with tempfile.TemporaryDirectory() as place:
        arguments = DPOConfig(
            output_dir=place,
            per_device_train_batch_size=pairs,
            max_length=None,
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            report_to=[],
            remove_unused_columns=False,
            learning_rate=1e-5,
        )
        trainer, batch = (
            stock(model, processor, rows, arguments, shape)
            if subject == "stock"
            else ours(subject, model, processor, rows, arguments)
        )
        optimizer = torch.optim.AdamW(trainer.model.parameters(), lr=1e-5)
        trainer.model.train()
        for _ in sys.stdin:
            start = cpu_seconds()
            trainer.compute_loss(trainer.model, batch).backward()
            optimizer.step()
            optimizer.zero_grad()
            answer = {"seconds": cpu_seconds() - start, "memory": peak_mib() - before}
            print(json.dumps(answer), flush=True)


def ours(subject: str, model, processor, rows: list[dict], arguments):
    """This project's trainer and its batch."""
    from datasets import Dataset

    from r1vl_kedro.training.pair_batch import PairCollator
    from r1vl_kedro.training.preference_options import PreferenceOptions
    from r1vl_kedro.training.preference_trainer import PreferenceTrainer

    settings = PreferenceOptions(objective=subject, num_steps=1)
    collate = PairCollator(
        processor,
        "{question}",
        mismatched=settings.row.kl,
        corrupted_image=settings.row.corrupted_image,
    )
    trainer = PreferenceTrainer(
        model=model,
        settings=settings,
        args=arguments,
        train_dataset=Dataset.from_list([{"images": [], "id": row["id"]} for row in rows]),
        processing_class=processor,
        data_collator=collate,
        peft_config=None,
    )
    trainer.options = settings
    return trainer, collate(rows)


def stock(model, processor, rows: list[dict], arguments, shape: str):
    """TRL's DPOTrainer with a reference model, and its batch of the same pairs."""
    from datasets import Dataset
    from step_grpo import model_and_processor
    from trl import DPOTrainer

    from r1vl_kedro.prompts import to_messages
    from r1vl_kedro.records.images import decode_all

    turns = [
        {
            "prompt": to_messages(row),
            "images": decode_all(row["images"]),
            "chosen": [{"role": "assistant", "content": row["chosen"]}],
            "rejected": [{"role": "assistant", "content": row["rejected"]}],
        }
        for row in rows
    ]
    numbers = Dataset.from_dict({"row": list(range(len(rows)))}).with_transform(
        lambda batch: {name: [turns[i][name] for i in batch["row"]] for name in turns[0]}
    )
    reference, _ = model_and_processor(shape)
    trainer = DPOTrainer(
        model=model,
        ref_model=reference,
        args=arguments,
        train_dataset=numbers,
        processing_class=processor,
    )
    return trainer, trainer.data_collator(turns)


class Subject:
    """One trainer in a process of its own."""

    def __init__(self, name: str, shape: str, pairs: int):
        command = [sys.executable, __file__, "--serve", name, "--shape", shape]
        self.name, self.updates = name, []
        self.process = subprocess.Popen(
            [*command, "--pairs", str(pairs)],
            cwd=Path(__file__).parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def update(self) -> None:
        """Do one update and keep what it took."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        while not (line := self.process.stdout.readline()).startswith("{"):
            if not line:
                raise RuntimeError(f"{self.name} ended with {self.process.wait()}")
        self.updates.append(json.loads(line))

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def main() -> None:
    """Measure, print a table, and the ratios as the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--objectives", nargs="*", default=["simpo", "orpo"], help="default %(default)s"
    )
    parser.add_argument("--shape", choices=SHAPES, default="paper", help="default %(default)s")
    parser.add_argument("--pairs", type=int, default=2, help="in an update (%(default)s)")
    parser.add_argument("--updates", type=int, default=5, help="measured of each (%(default)s)")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.shape, given.pairs)
        return
    names = ["stock", "dpo", *given.objectives]
    subjects = [Subject(name, given.shape, given.pairs) for name in names]
    turns = [(number, one) for number in range(given.updates + 1) for one in subjects]
    for done, (number, subject) in enumerate(turns, start=1):
        what = "loading and the update that warms up" if number == 0 else f"update {number}"
        print(f"{done} of {len(turns)}: {subject.name}, {what}", file=sys.stderr, flush=True)
        subject.update()
    for subject in subjects:
        subject.close()
    seconds = {s.name: [u["seconds"] for u in s.updates[1:]] for s in subjects}
    memory = {s.name: s.updates[-1]["memory"] for s in subjects}
    print(f"{'':8} {'CPU s, median':>14} {'of dpo: min median max':>24} {'MiB':>8} {'of dpo':>7}")
    result = {}
    for name in names:
        ratios = [a / b for a, b in zip(seconds[name], seconds["dpo"], strict=True)]
        middle = statistics.median(ratios)
        print(
            f"{name:8} {statistics.median(seconds[name]):14.2f} "
            f"{min(ratios):9.2f} {middle:6.2f} {max(ratios):6.2f} "
            f"{memory[name]:9.0f} {memory[name] / memory['dpo']:7.2f}"
        )
        result[f"{name}_time_ratio"] = round(middle, 3)
        result[f"{name}_memory_ratio"] = round(memory[name] / memory["dpo"], 3)
    print(json.dumps({"shape": given.shape, "pairs": given.pairs, **result}))


if __name__ == "__main__":
    main()
