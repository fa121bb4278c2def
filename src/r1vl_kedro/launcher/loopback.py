"""``torch.distributed.run`` for ranks of one machine, which listens on the loopback address alone.

torch's own listens on every address, and whoever reaches the port may change what the ranks tell
each other. Takes the same arguments.
"""

import os
import socket
from typing import Any

from torch.distributed import TCPStore, run
from torch.distributed.elastic.rendezvous import static_tcp_rendezvous


def _store(host: str, port: int, size: int, listens: bool, *rest: Any, **more: Any) -> TCPStore:
    if listens:
        more["master_listen_fd"] = socket.create_server((host, port)).detach()
    return TCPStore(host, port, size, listens, *rest, **more)


if __name__ == "__main__":
    static_tcp_rendezvous.TCPStore = _store
    if "lo" in (name for _, name in socket.if_nameindex()):
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # else the address of the host's name
    run.main()
