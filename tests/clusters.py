"""Clusters of several Ray nodes on this machine, on the loopback address."""

import contextlib
import os
import secrets

import psutil

SMALL = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
LOOPBACK = "127.0.0.{}"
"""The head is 2, nodes come after it; what is 1 Ray takes for this machine's other address."""


def add(made, number: int, cpus: int):
    """Add a node of this number and with so many CPUs."""
    address = LOOPBACK.format(number)
    more = {**SMALL, "num_cpus": cpus, "node_ip_address": address}
    return _start(lambda: made.add_node(**more), address)


def _start(start, address: str, times: int = 3):
    """Start a node; anew where a busy machine took longer than the 30 s that Ray allows."""
    try:
        return start()
    except Exception as error:
        if times == 1 or "timed out during startup" not in str(error):
            raise
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may have ended
            if f"address={address}" in " ".join(process.cmdline()):
                process.kill()  # or it would join later, as one node more
    return _start(start, address, times - 1)


@contextlib.contextmanager
def cluster(*cpus: int):
    """Start a head without room for jobs and a node for each number of CPUs; yields the cluster."""
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(16))  # one a process: Ray keeps it
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    from ray.cluster_utils import Cluster

    head = {**SMALL, "num_cpus": 0, "node_ip_address": LOOPBACK.format(2)}
    made = _start(
        lambda: Cluster(initialize_head=True, head_node_args=head), head["node_ip_address"]
    )
    try:
        for number, count in enumerate(cpus, start=3):
            add(made, number, count)
        made.wait_for_nodes()
        yield made
    finally:
        import ray

        ray.shutdown()
        made.shutdown()
