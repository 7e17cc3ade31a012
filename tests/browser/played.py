"""Pages over played services, on a port of this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from tests.gateway.pages.conftest import build_pages
from tests.gateway.pages.stage import Stage
from tests.support.own_ports import own_port


@contextmanager
def served(stage: Stage, folder: Path) -> Iterator[str]:
    """The address of the pages while they are served; `folder` keeps their key."""
    key = folder / "key"
    key.write_text("a key for tests only")
    port = own_port()
    url = f"http://127.0.0.1:{port}"
    server = uvicorn.Server(
        uvicorn.Config(build_pages(stage, key, url), port=port, log_config=None, access_log=False, ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()
