"""The commands of the guide "The first booking by API", run as they are printed."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

from tests.support.people import Visitor, open_salon
from zapys_dev import places
from zapys_dev.stack import Stack


async def test_the_guide_books_and_cancels_as_printed(
    visitor: Callable[[], Visitor], stack: Stack, tmp_path: Path
) -> None:
    salon = await open_salon(visitor())
    guide = (places.root() / "docs" / "guides" / "first-booking.md").read_text()
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", guide, re.DOTALL))
    # The guide speaks of `./zapys up` and its demo salon; here other ports and another salon stand in for them.
    for printed, here in (
        ("http://127.0.0.1:8000", stack.gateway_url),
        ("http://127.0.0.1:8090", stack.simulators_url),
        ("/public/demo", f"/public/{salon.vanity}"),
    ):
        assert printed in commands
        commands = commands.replace(printed, here)
    shell = await asyncio.create_subprocess_exec(
        "sh", "-eu", "-c", commands, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        said, complained = await shell.communicate()
    assert (shell.returncode, complained.decode()) == (0, "")
    answers = [json.loads(part) for part in said.decode().replace("}{", "}\n{").splitlines()]
    assert [answer["state"] for answer in answers if "state" in answer] == ["pending", "cancelled_by_client"]
