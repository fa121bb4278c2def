"""Strike small ablations with random faults and see whether anything is lost or left behind.

    python perf/soak.py --faults 100 --seed 0 --minutes 60

An ablation of a warm-up and StepGRPO (2 updates each) runs once undisturbed. Then others of the
same settings are struck at random moments, go on with ``--only-missing-outputs``, and are struck
again. Faults: SIGKILL of the run, of one of its jobs, of all its processes; a full disk and read-
only data (on a file system of their own; left out, and said so, where ``unshare`` and ``mount`` may
not make one); MLflow's server killed or stopped until the run has ended; the clock set by up to a
day. A fault is survived where the run ended as it should (a sentence for a full disk, no word for a
step of the clock), no process outlived it by 15 s, no trained step was discarded, and the ablation
ended with every model, answer and table byte for byte as the undisturbed one, no run left RUNNING,
no file that the other has not. A processor that other programs load makes no fault of any: the 15 s
are without those that a process waits for a core, and what else has a limit has a wide one.

Runs are forked from this process, which has imported everything: most of a start is imports.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from soak_faults import FAULTS, KILLS, ON_DISK
from soak_place import PRIVATE, ROOT, Place, no_mounts
from soak_processes import Server, ended, exit_code, others, send, without_core
from tqdm import tqdm

INSIDE = "R1VL_SOAK_MOUNTS"
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: processes whose parent died become ours, and are counted
ORPHAN_SECONDS, HANG_SECONDS = 15.0, 900.0
PATIENT, IMPATIENT = ({"MLFLOW_HTTP_REQUEST_TIMEOUT": seconds} for seconds in ("120", "8"))
"""How long runs wait for MLflow's server: a slow one is not away, and one that is costs time."""
LONGEST_STREAK = 12
"""Faults of one ablation, before it may end."""


class Soak:
    """Ablations struck again and again."""

    def __init__(self, root: Path, seed: int, mounts: bool):
        self.root, self.mounts = root, mounts
        self.draw = random.Random(seed)
        self.survived, self.struck = Counter(), Counter()
        self.ablations = self.identical = self.running = self.orphans = self.leftovers = 0
        self.failures: list[str] = []
        self.server = Server(root / "server")
        self.server.start()
        self.server.experiments()  # made at the first question
        self.empty_store = root / "empty.db"
        shutil.copy(self.server.root / "mlflow.db", self.empty_store)
        self.whole, self.files, self.seconds = self._undisturbed()

    def place(self, name: str, server: Server | None) -> Place:
        return Place(self.root / name, server, self.mounts, self.empty_store)

    def _undisturbed(self) -> tuple[dict[str, bytes], set[str], float]:
        """What an undisturbed run makes, and its seconds once this process has its imports."""
        whole = self._through("imports")
        for name in whole.modules.read_text().split():
            with contextlib.suppress(ImportError, AttributeError):  # made while it ran
                importlib.import_module(name)
        whole.remove()
        began = time.monotonic()
        whole = self._through("undisturbed")
        seconds = time.monotonic() - began
        made = whole.results(), whole.files(), seconds
        whole.remove()
        return made

    def _through(self, name: str) -> Place:
        """Return an ablation that was left alone."""
        place = self.place(name, None)
        if not self._finish(place):
            sys.exit(f"{self.failures[-1]}:\n{place.log.read_text(errors='replace')[-3000:]}")
        return place

    def _finish(self, place: Place) -> bool:
        """Let a run end undisturbed; whether it ended well."""
        pid = place.start(own_processes=False, env=PATIENT)
        if ended(pid, 2 * HANG_SECONDS) and exit_code(pid) == 0:
            return True
        send(signal.SIGKILL, others())
        self.failures.append(f"an undisturbed run failed ({place.log})")
        return False

    def strike_one(self, place: Place, name: str) -> tuple[bool, bool]:
        """Start a run and strike it.

        Returns:
            Whether the fault came before the run's end, and whether the run ended well.
        """
        fault = FAULTS[name]
        own = self.draw.random() < 0.5 if fault.jobs is None else fault.jobs
        delay = self.draw.uniform(0.05, self.seconds / 4)
        pid = place.start(own, IMPATIENT if name == "MLflow away" else PATIENT)
        if ended(pid, delay):
            self._note(place, name, "" if exit_code(pid) == 0 else "failed before the fault")
            return False, True
        fault.strike(place, pid, self.draw)
        try:
            hung = not ended(pid, HANG_SECONDS)
            if hung:
                os.kill(pid, signal.SIGKILL)
                ended(pid, 60)
        finally:
            fault.undo(place)
        if exit_code(pid) == 0 and name in KILLS:
            return False, True  # it ended in the very moment
        output = place.log.read_text(errors="replace")
        wrong = "hung" if hung else ""
        if not wrong and not fault.meets(exit_code(pid), output):
            wrong = f"ended with {exit_code(pid)}"
        if "is discarded" in " ".join(output.split()):
            wrong = "trained steps were discarded"
        if left := self._orphans(place):
            wrong = f"{left} processes outlived it"
        self.struck[name] += 1
        place.struck.append(name)
        self._note(place, name, wrong)
        return True, exit_code(pid) == 0

    def _note(self, place: Place, name: str, wrong: str) -> None:
        if wrong:
            place.wrong.append(name)
            self.failures.append(f"{name}: {wrong} ({place.log})")

    def _orphans(self, place: Place) -> int:
        began, waited = time.monotonic(), {}
        while left := others():
            ended(-1)
            for process in left:
                waited.setdefault(process.pid, without_core(process))
            longest = max(without_core(process) - waited[process.pid] for process in left)
            if time.monotonic() - began - longest > ORPHAN_SECONDS:
                break
            time.sleep(0.05)
        send(signal.SIGKILL, left)
        self.orphans += len(left)
        return len(left)

    def end(self, place: Place) -> None:
        """Let the ablation end, and compare it with the undisturbed one."""
        whole = self._finish(place)
        self.ablations += 1
        results, files = place.results(), place.files()
        different = sorted(
            name for name in results.keys() | self.whole.keys()
            if results.get(name) != self.whole.get(name)
        )  # fmt: skip
        left, running = sorted(files - self.files), place.running()
        self.identical += not different
        self.leftovers += len(left)
        self.running += running
        if different or left or running or not whole:
            self.failures.append(
                f"{place.root.name} after {', '.join(place.struck)}: {len(different)} results "
                f"differ {different[:3]}, {len(left)} files left {left[:5]}, {running} RUNNING"
            )
        else:
            self.survived += Counter(place.struck) - Counter(place.wrong)
        if whole and not (different or left or running or place.wrong):
            place.remove()

    def names(self, place: Place) -> list[str]:
        return [
            name for name in FAULTS
            if (self.mounts or name not in ON_DISK) and (place.server or name != "MLflow away")
        ]  # fmt: skip

    def tell(self) -> None:
        """Print what was struck, what was survived and what was found."""
        for name in self.struck:
            print(f"  {name:<28}{self.survived[name]:4d} of {self.struck[name]}")
        print(f"faults survived {self.survived.total()} of {self.struck.total()}")
        print(f"results byte-identical {self.identical} of {self.ablations} ablations")
        print(
            f"runs left RUNNING {self.running}, orphans {self.orphans}, leftovers {self.leftovers}"
        )
        for failure in self.failures:
            print(f"FAILED {failure}")


def soak(soak: Soak, faults: int, until: float) -> Iterator[str]:
    """Strike until so many faults have come or the time is over; the name of each."""
    for number in range(10**6):
        with_server = soak.server if number % 2 else None
        place = soak.place(f"ablation{number:03d}", with_server)
        for _ in range(LONGEST_STREAK):
            if soak.struck.total() >= faults or time.monotonic() > until:
                break
            name = soak.draw.choice(soak.names(place))
            struck, through = soak.strike_one(place, name)
            if struck:
                yield name
            if through:
                break
        soak.end(place)
        if soak.struck.total() >= faults or time.monotonic() > until:
            return


def main() -> None:
    """Run the faults asked for and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60.0, help="no new fault after so long")
    options = parser.parse_args()
    mounts = os.environ.get(INSIDE)
    if mounts is None:
        if why := no_mounts():
            print(f"without {' and '.join(ON_DISK)}: {why}", flush=True)
        os.environ |= {INSIDE: "" if why else "1", "OMP_NUM_THREADS": "1"}
        os.environ |= {"CUDA_VISIBLE_DEVICES": "", "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
        command = [*(() if why else PRIVATE), sys.executable, *sys.argv]
        os.execvp(command[0], command)
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    os.chdir(ROOT)
    os.environ |= {"DO_NOT_TRACK": "true", **PATIENT}
    print("an undisturbed run ...", flush=True)
    from kedro.framework.startup import bootstrap_project

    from r1vl_kedro import kernels

    kernels.pin("avx2")  # before torch computes here, as in a run
    bootstrap_project(ROOT)
    tqdm.monitor_interval = 0  # its thread would be forked in the midst of anything
    root = Path(tempfile.mkdtemp(prefix="r1vl-soak-"))
    began = time.monotonic()
    run = Soak(root, options.seed, bool(mounts))
    print(f"an undisturbed ablation takes {run.seconds:.1f} s", flush=True)
    try:
        with tqdm(total=options.faults, unit="fault") as bar:
            for name in soak(run, options.faults, began + 60 * options.minutes):
                bar.set_postfix_str(f"{name}, {len(run.failures)} failures")
                bar.update()
    except KeyboardInterrupt:
        print("interrupted")
    finally:  # a fault of this tool leaves what was found so far
        send(signal.SIGKILL, others())
        run.server.stop()
        minutes = (time.monotonic() - began) / 60
        print(f"seed {options.seed}, {run.ablations} ablations, {minutes:.1f} minutes")
        run.tell()
    if run.failures:
        sys.exit(f"the places of failures are kept in {root}")
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
