"""Files of the browser side. A name with a hash in it never means anything else, so a browser may keep it for good."""

from __future__ import annotations

import os
import re

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_HASHED = re.compile(r"\.[0-9a-f]{8,}\.[a-z0-9]+$")


class Files(StaticFiles):
    """Static files with the time for which they may be kept."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file; hashed names for a year, others asked for again each time."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_hashed = _HASHED.search(os.fspath(full_path)) is not None
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        return response
