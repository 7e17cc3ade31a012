"""Where the browser side lies: hashed names out of the manifest that the build writes."""

from __future__ import annotations

import json
from pathlib import Path

_STATIC = Path(__file__).parent.parent / "static"
DIST = _STATIC / "dist"
_MANIFEST = DIST / "manifest.json"


class Assets:
    """Addresses of the built files. The manifest is read again when a new build replaced it."""

    def __init__(self, manifest: Path = _MANIFEST) -> None:
        self._manifest = manifest
        self._read_at_mtime: int | None = None
        self._names: dict[str, str] = {}

    def address(self, name: str) -> str | None:
        """The address of `app.css`, say, or none where nothing was built: pages work without."""
        try:
            mtime = self._manifest.stat().st_mtime_ns
        except OSError:
            return None
        if mtime != self._read_at_mtime:
            self._names = json.loads(self._manifest.read_text())
            self._read_at_mtime = mtime
        built = self._names.get(name)
        return f"/static/dist/{built}" if built else None

    def file(self, name: str) -> bytes | None:
        """What lies at that address; none where nothing was built."""
        address = self.address(name)
        return (_STATIC.parent / address.lstrip("/")).read_bytes() if address else None
