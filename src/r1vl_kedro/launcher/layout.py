"""How many ranks of a job go to which hosts of a cluster; resources as Ray counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.launcher.reports import JobError

SHOWN_HOSTS = 10


class Ask(NamedTuple):
    """What each rank of a job takes of a host."""

    cpus: int
    gpus: int

    @classmethod
    def of(cls, options: LauncherOptions, hosts: Sequence[Mapping[str, Any]]) -> Ask:
        """Return what the options ask for; a rank's share of a host where they leave it open."""
        found = [host["Resources"] for host in hosts]
        gpus = int(max((host.get("GPU", 0) for host in found), default=0))
        cuda = options.device == "cuda" or (options.device == "auto" and gpus > 0)
        cpus = [host.get("CPU", 0) for host in found if host.get("GPU") or not (cuda and gpus)]
        sharers = gpus // options.gpus_per_process if cuda else options.num_processes
        share = int(max(cpus, default=1)) // max(1, sharers)
        return cls(options.threads_per_process or max(1, share), cuda * options.gpus_per_process)

    def bundle(self, ranks: int) -> dict[str, float]:
        """Return what so many ranks take."""
        return {"CPU": ranks * self.cpus, "GPU": ranks * self.gpus}

    def fits(self, resources: Mapping[str, float]) -> int:
        """Count the ranks that these resources hold."""
        one = self.bundle(1).items()
        return min(int(resources.get(name, 0) // taken) for name, taken in one if taken)


def ranks_by_host(options: LauncherOptions, hosts: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return how many ranks each host takes: all one host, else few hosts and as many each.

    Args:
        hosts: with all their ``Resources``, whatever is free of them now.

    Raises:
        JobError: they have no room, even when nothing else runs.
    """
    ask, wanted = Ask.of(options, hosts), options.num_processes
    room = sorted((ask.fits(host["Resources"]) for host in hosts), reverse=True)
    for count in range(1, len(room) + 1):
        if wanted % count == 0 and room[count - 1] >= wanted // count:
            return [wanted // count] * count
    layout: list[int] = []
    for ranks in room:
        layout.append(min(ranks, wanted - sum(layout)))
        if sum(layout) == wanted:
            return layout
    each = f"{ask.cpus} CPUs" + (f" and {ask.gpus} GPUs" if ask.gpus else "")
    there = [{"CPU": 0, "GPU": 0} | host["Resources"] | host for host in hosts]
    there.sort(key=lambda host: (host["GPU"], host["CPU"]), reverse=True)
    told = ["{NodeManagerHostname} {CPU:g} CPUs and {GPU:g} GPUs".format_map(one) for one in there]
    told[SHOWN_HOSTS:] = ["..."] * (len(told) > SHOWN_HOSTS)
    raise JobError(
        f"the cluster has no room for launcher.num_processes {wanted} of {each} each: it has "
        f"{len(hosts)} hosts ({', '.join(told)})"
    )
