"""Whether a service's database already has the newest schema, found out without starting the service."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from zapys_dev import places
from zapys_dev.databases import run_sync


@dataclass(frozen=True)
class Migrated:
    """Remembers, per service, which revision its migrations led to; the database itself must agree."""

    file: Path

    def is_current(self, service: str, url: str) -> bool:
        """True when the migrations are those of the last run and the database at `url` stands where they led."""
        remembered = self._read().get(service)
        return remembered is not None and remembered == {"migrations": fingerprint(service), "revision": revision(url)}

    def remember(self, service: str, url: str) -> None:
        """Take down where the database at `url` stands after the migrations ran."""
        known = self._read()
        known[service] = {"migrations": fingerprint(service), "revision": revision(url)}
        self.file.write_text(json.dumps(known))

    def _read(self) -> dict[str, dict[str, str | None]]:
        try:
            known: dict[str, dict[str, str | None]] = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}
        return known


def fingerprint(service: str) -> str:
    """A hash over the migrations of a service and over the pieces of migrations that all services share."""
    digest = hashlib.sha256()
    root = places.root()
    for folder in (root / "services" / service / "migrations", root / "libs" / "kit" / "src" / "kit"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(f"{path.relative_to(root)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def revision(url: str) -> str | None:
    """The revision that the database stands at; None when it was never migrated or does not answer."""
    return run_sync(_revision(url.replace("postgresql+asyncpg", "postgresql").replace("?ssl=", "?sslmode=")))


async def _revision(url: str) -> str | None:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return None
    try:
        found = await connection.fetchval("SELECT string_agg(version_num, ',' ORDER BY 1) FROM alembic_version")
        return None if found is None else str(found)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
