"""Bytes on the wire: requests no client library would send, and a line to the broker that can be frozen or cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


async def exchange(url: str, request: str | bytes) -> tuple[int, bytes, bytes]:
    """Send bytes, read until the other side closes: status, head and body."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request.encode() if isinstance(request, str) else request)
        await writer.drain()
        async with asyncio.timeout(60):
            answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), head, body


class Line:
    """A TCP line that forwards to a target until it is frozen (bytes stop, sockets stay) or cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where the line begins."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self, port: int = 0) -> None:
        """Take calls."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", port)

    def freeze(self) -> None:
        """Let nothing pass any more."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let everything pass again."""
        self._flowing.set()

    def cut(self) -> None:
        """End every connection at once, and take new ones."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def close(self) -> None:
        """Take no more calls and end those that run."""
        if self._server is not None:
            self._server.close()
        self._flowing.set()
        self.cut()
        await asyncio.sleep(0)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        self._writers |= {writer, back}
        try:
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        finally:
            self._writers -= {writer, back}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while part := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(part)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to the server of `url`, and the same url through the line."""
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    line = Line(address.hostname, address.port)
    await line.open()
    try:
        yield line, url.replace(f"{address.hostname}:{address.port}", f"127.0.0.1:{line.port}")
    finally:
        await line.close()
