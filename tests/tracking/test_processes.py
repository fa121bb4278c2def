"""A process is known as dead when it is, and never because a clock was set."""

import os
import subprocess
import sys

from r1vl_kedro.tracking.processes import identity, is_dead

CODE = """
import json, sys
from r1vl_kedro.tracking.processes import identity
print(json.dumps(identity()), flush=True)
sys.stdin.read()
"""


def test_a_process_lives_until_it_ends():
    import json

    process = subprocess.Popen(
        [sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    who = json.loads(process.stdout.readline())
    assert who["pid"] == str(process.pid) and not is_dead(who)
    process.kill()
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT) is None:
        pass
    assert is_dead(who)  # a zombie: nobody has asked for its end yet
    process.wait()
    assert is_dead(who)


def test_the_same_number_of_another_start_or_boot_is_another_process():
    me = identity()
    machine, boot, namespace, ticks = me["started"].split(":")
    assert not is_dead(me)
    assert is_dead({**me, "started": f"{machine}:{boot}:{namespace}:{int(ticks) + 1}"})
    assert is_dead({**me, "started": f"{machine}:other:{namespace}:{ticks}"}) is bool(machine)


def test_of_other_hosts_containers_and_versions_nothing_is_known():
    me = identity()
    machine, boot, _, ticks = me["started"].split(":")
    assert not is_dead({**me, "host": "elsewhere", "pid": "1"})
    assert not is_dead({**me, "started": f"{machine}x:{boot}:1:{ticks}"})
    assert not is_dead({**me, "started": f"{machine}:{boot}:1:{int(ticks) + 1}"})
    assert not is_dead({**me, "started": "1700000000.00"})
