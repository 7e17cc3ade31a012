"""What the pages keep in a browser is signed, so that it comes back as it was given or not at all."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from itsdangerous import BadData, URLSafeTimedSerializer

from gateway.settings import Settings
from kit.settings import read_secret


class Seals:
    """Signs and reads values by purpose: a value signed for one purpose is worth nothing for another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of(cls, app: FastAPI) -> Seals:
        """The seals of this process; the key is read at the first use."""
        found: Seals | None = getattr(app.state, "seals", None)
        if found is None:
            settings: Settings = app.state.settings
            found = app.state.seals = cls(read_secret(settings.secret_key_file, "key that signs the pages' cookies"))
        return found

    def close(self, purpose: str, value: Any) -> str:
        """The value as signed text that fits a cookie or a form field."""
        return str(URLSafeTimedSerializer(self._secret, salt=purpose).dumps(value))

    def open(self, purpose: str, sealed: str | None, *, max_age_s: int) -> Any | None:
        """The value, or none when it is missing, foreign, changed or too old."""
        if not sealed:
            return None
        try:
            return URLSafeTimedSerializer(self._secret, salt=purpose).loads(sealed, max_age=max_age_s)
        except BadData:
            return None
