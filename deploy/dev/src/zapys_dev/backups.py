"""Backups of the four databases and their way back, by the scripts that an installation uses too (deploy/postgres)."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from zapys_dev import places
from zapys_dev.errors import Trouble

_TIMEOUT_S = 3600


def back_up(superuser_url: str, below: Path, *, suffix: str = "", keep: int = 14) -> Path:
    """Dump the databases into a new folder under `below`, of which the newest `keep` stay; the product may run."""
    said = _run("backup.sh", below, superuser_url, suffix, {"ZAPYS_KEEP": str(keep)})
    return Path(said.splitlines()[-1])


def restore(superuser_url: str, folder: Path, *, suffix: str = "") -> str:
    """Put the databases back as `folder` has them; what they hold now is dropped. Answers what was done, in lines.

    Nothing is replaced where a dump cannot be restored whole, or where services are still connected.
    """
    if not (folder / "taken_at").is_file():
        raise Trouble(f"{folder} is no backup.", "Name a folder that ./zapys backup has made.")
    return _run("restore.sh", folder, superuser_url, suffix, {})


def _run(script: str, folder: Path, superuser_url: str, suffix: str, more: dict[str, str]) -> str:
    if shutil.which("pg_dump") is None or shutil.which("pg_restore") is None:
        raise Trouble("pg_dump and pg_restore are missing.", "Install the package postgresql-client.")
    place = urlsplit(superuser_url)
    told = {
        "PGHOST": place.hostname or "",
        "PGPORT": str(place.port or 5432),
        "PGUSER": unquote(place.username or "postgres"),
        "PGPASSWORD": unquote(place.password or ""),
        "PGCONNECT_TIMEOUT": "10",
        "ZAPYS_DATABASE_SUFFIX": suffix,
    }
    done = subprocess.run(
        [str(places.root() / "deploy" / "postgres" / script), str(folder.absolute())],
        env={**os.environ, **told, **more},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise Trouble(f"{script} did not succeed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()
