"""Clusters of several Ray nodes on this machine, on the loopback address."""

import contextlib
import os
import secrets

SMALL = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
LOOPBACK = "127.0.0.{}"
"""The head is 2, nodes come after it; what is 1 Ray takes for this machine's other address."""


def add(made, number: int, cpus: int):
    """Add a node of this number and with so many CPUs."""
    return made.add_node(num_cpus=cpus, node_ip_address=LOOPBACK.format(number), **SMALL)


@contextlib.contextmanager
def cluster(*cpus: int):
    """Start a head without room for jobs and a node for each number of CPUs; yields the cluster."""
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(16))  # one a process: Ray keeps it
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    from ray.cluster_utils import Cluster

    made = Cluster(
        initialize_head=True,
        head_node_args={**SMALL, "num_cpus": 0, "node_ip_address": LOOPBACK.format(2)},
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
