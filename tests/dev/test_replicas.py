"""The replica of an installation, made and promoted by its own scripts."""

from pathlib import Path

import asyncpg
import pytest

from kit import dial
from kit.dial import Servers
from kit.service import _REPLICAS
from tests.support.own_ports import own_port
from tests.support.replicas import Half
from zapys_dev.ports import HOST


@pytest.mark.row("N29")
async def test_what_was_acknowledged_stands_on_the_promoted_replica_and_everybody_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dial, "EACH_S", 30.0)
    one = Half(tmp_path / "one", own_port(), name="one")
    two = Half(tmp_path / "two", own_port(), name="two")
    servers = Servers(f"postgresql+asyncpg://postgres@{HOST}:{one.port},{HOST}:{two.port}/postgres")

    async def ask(statement: str) -> object:
        connection = await servers.connect_apart(timeout=60, server_settings={})
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    try:
        one.start()
        two.follow(one)
        assert await ask("SELECT sync_state FROM pg_stat_replication") == "quorum"
        await ask("CREATE ROLE somebody LOGIN")
        modest = await asyncpg.connect(one.url.replace("postgres@", "somebody@"))
        assert await modest.fetchval(str(_REPLICAS)) == 1  # what the workers measure with a role that may little
        await modest.close()
        await ask("CREATE TABLE booked (number int)")
        await ask("INSERT INTO booked SELECT generate_series(1, 100)")
        two.stop()
        waiting = await asyncpg.connect(one.url)
        with pytest.raises(TimeoutError):  # nobody else has it on disk, so nobody is told that it stands
            await waiting.execute("INSERT INTO booked VALUES (101)", timeout=0.5)
        waiting.terminate()
        two.start()
        one.kill()
        with pytest.raises(ConnectionError, match="TargetServerAttributeNotMatched"):
            await ask("SELECT 1")
        two.promote()
        assert await ask("SELECT count(*) FROM booked WHERE number <= 100") == 100
    finally:
        for half in (one, two):
            half.destroy()
