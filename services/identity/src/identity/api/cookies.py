"""The refresh token as a cookie that no script can read."""

from datetime import datetime

from fastapi import Request, Response

from identity.settings import Settings


def cookie_name(settings: Settings) -> str:
    """Over TLS the prefix makes the browser refuse a cookie of another host, path or without Secure."""
    return "__Host-zapys_refresh" if settings.is_https else "zapys_refresh"


def read_refresh(request: Request, settings: Settings) -> str | None:
    """The refresh token that the browser sent."""
    return request.cookies.get(cookie_name(settings))


def set_refresh(response: Response, token: str, *, expires_at: datetime, now: datetime, settings: Settings) -> None:
    """Let the browser keep the token until the session ends."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=max(0, int((expires_at - now).total_seconds())),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def clear_refresh(response: Response, settings: Settings) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax")
