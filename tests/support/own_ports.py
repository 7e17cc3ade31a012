"""Ports that a test may choose now and listen on later."""

import socket

from zapys_dev import ports

_FIRST, _BEYOND = 31_400, 32_700
"""Above every block of the product's tests, below 32768 from where outgoing connections take theirs."""
_kept: list[socket.socket] = []


def own_port() -> int:
    """A TCP port that is this process's until it ends: whoever else asks here, on the whole machine, gets another.

    Nothing of TCP can keep a port free for later, so what says that it is taken is a UDP socket of the same number.
    """
    for port in range(_FIRST, _BEYOND):
        keeper = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            keeper.bind((ports.HOST, port))
        except OSError:
            keeper.close()
            continue
        if ports.is_free(port):
            _kept.append(keeper)
            return port
        keeper.close()
    raise RuntimeError("no free port")
