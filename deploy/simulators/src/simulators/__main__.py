"""`python -m simulators`: serve until SIGTERM."""

import socket

import uvicorn

from simulators.app import build_app
from simulators.settings import Settings
from simulators.wire import Wire


class Server(uvicorn.Server):
    """Lets go of the connections that are held open on purpose before it waits for the others."""

    def __init__(self, config: uvicorn.Config, wire: Wire) -> None:
        super().__init__(config)
        self._wire = wire

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._wire.stopping.set()
        await super().shutdown(sockets)


def main() -> None:
    settings = Settings.from_environment()
    wire = build_app(settings)
    config = uvicorn.Config(
        wire,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    Server(config, wire).run()


if __name__ == "__main__":
    main()
