"""Files of the browser side. A name with a hash in it never means anything else, so a browser may keep it for good."""

from __future__ import annotations

import os
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_HASHED = re.compile(r"\.[0-9a-f]{8,}\.[a-z0-9]+$")
_PACKED = ".br"


class Files(StaticFiles):
    """Static files with the time for which they may be kept; packed as the build packed them, for who takes that."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file; hashed names for a year, others asked for again each time."""
        path = Path(full_path)
        packed = path.with_name(path.name + _PACKED)
        is_hashed = _HASHED.search(path.name) is not None
        if is_hashed and _takes_packed(scope) and packed.exists():
            response = super().file_response(packed, packed.stat(), scope, status_code)
            response.headers["Content-Encoding"] = "br"
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        if is_hashed:
            response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        return response


def _takes_packed(scope: Scope) -> bool:
    asked = Headers(scope=scope)
    if "range" in asked:
        return False
    for one in asked.get("accept-encoding", "").split(","):
        name, _, weight = one.strip().partition(";")
        if name.strip() == "br":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
