"""What browsers keep for identity, as cookies that no script can read: the refresh token, the secret of an attempt to
sign in, and the mark of a device that signed in before."""

from datetime import datetime
from typing import Literal

from fastapi import Request, Response

from identity.settings import Settings

Kept = Literal["refresh", "attempt", "device"]

ATTEMPT_KEPT_S = 10 * 60
DEVICE_KEPT_S = 400 * 24 * 3600
"""As long as browsers keep any cookie."""


def cookie_name(settings: Settings, kept: Kept = "refresh") -> str:
    """Over TLS the prefix makes the browser refuse a cookie of another host, path or without Secure."""
    return f"__Host-zapys_{kept}" if settings.is_https else f"zapys_{kept}"


def read(request: Request, kept: Kept, settings: Settings) -> str | None:
    """What the browser sent."""
    return request.cookies.get(cookie_name(settings, kept)) or None


def keep(response: Response, kept: Kept, value: str, *, max_age_s: int, settings: Settings) -> None:
    """Let the browser keep it."""
    response.set_cookie(
        cookie_name(settings, kept),
        value,
        max_age=max_age_s,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def read_refresh(request: Request, settings: Settings) -> str | None:
    """The refresh token that the browser sent."""
    return read(request, "refresh", settings)


def set_refresh(response: Response, token: str, *, expires_at: datetime, now: datetime, settings: Settings) -> None:
    """Let the browser keep the token until the session ends."""
    left_s = max(0, int((expires_at - now).total_seconds()))
    keep(response, "refresh", token, max_age_s=left_s, settings=settings)


def clear_refresh(response: Response, settings: Settings) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax")
