"""Providers of SMS as an account sets them up and as people see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from contracts.http.base import Answer, Body, OneLine

from .messages import Fix

Provider = Literal["turbosms", "alphasms", "integrica"]

Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), OneLine]


class HttpToken(Body):
    """TurboSMS by the token of its HTTP API. Secrets left out keep their stored value."""

    kind: Literal["http-token"]
    token: Secret | None = None
    sender_name: str = Field(max_length=40)
    viber_sender_name: str | None = Field(
        default=None,
        max_length=40,
        description="Where set, clients get Viber first and the SMS when it does not arrive.",
    )
    order: StrictInt = Field(default=1, ge=1, le=9)
    enabled: StrictBool = True
    webhook_secret: Secret | None = Field(default=None, description="The key that signs TurboSMS' delivery reports.")


class SoapLogin(Body):
    """TurboSMS by login and password of its SOAP gateway (not those of its web site)."""

    kind: Literal["soap-login"]
    login: Secret | None = None
    password: Secret | None = None
    sender_name: str = Field(max_length=40)
    order: StrictInt = Field(default=1, ge=1, le=9)
    enabled: StrictBool = True


class ApiKey(Body):
    """AlphaSMS by its key."""

    kind: Literal["api-key"]
    key: Secret | None = None
    sender_name: str = Field(max_length=40)
    viber_sender_name: str | None = Field(
        default=None,
        max_length=40,
        description="Where set, clients get Viber first and the SMS when it does not arrive.",
    )
    order: StrictInt = Field(default=1, ge=1, le=9)
    enabled: StrictBool = True


class OwnBalance(Body):
    """The prepaid balance of the platform; it needs no secret."""

    kind: Literal["own-balance"] = "own-balance"
    order: StrictInt = Field(default=1, ge=1, le=9)
    enabled: StrictBool = True


class ProviderSettings(Answer):
    """A provider of the account as people may see it: of a secret only whether it is set."""

    provider: Provider
    kind: Literal["http-token", "soap-login", "api-key", "own-balance"] | None = None
    is_set_up: bool
    has_secret: bool = False
    login: str | None = Field(default=None, description="Shown for soap-login: it is no secret by itself.")
    sender_name: str | None = None
    viber_sender_name: str | None = None
    order: int | None = None
    enabled: bool = False
    state: Literal[
        "not_set_up",
        "ok",
        "unchecked",
        "provider_unauthorized",
        "insufficient_balance",
        "sender_not_registered",
        "provider_unavailable",
    ]
    reason_text: str | None = None
    fix: Fix | None = None
    provider_error: str | None = None
    checked_at: AwareDatetime | None = None
    held_messages: int = Field(default=0, description="Messages that wait for this provider to be cured.")
    callback_url: str | None = Field(default=None, description="Where the provider should push delivery reports.")
    version: int = 0


class ProviderList(Answer):
    items: list[ProviderSettings]


class ProviderCheck(Answer):
    """What the provider said when it was asked just now."""

    ok: bool
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    provider_error: str | None = None
    balance: str | None = Field(default=None, description="As the provider counts it; credits or money.")
    checked_at: AwareDatetime
    released: int = Field(default=0, description="Held messages that go on their way because of this check.")
