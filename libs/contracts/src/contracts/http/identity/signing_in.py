"""Codes, sessions and tokens."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool

from contracts.http.base import Answer, Body

from .persons import Phone
from .profile import UserAnswer


class LoginCodeBody(Body):
    """POST /api/v1/auth/codes."""

    phone: Phone
    bound: StrictBool = Field(
        default=False,
        description="The code is good only together with `attempt` of the answer. Always so for a browser, "
        "which keeps it as a cookie.",
    )
    attempt: str | None = Field(default=None, max_length=64, description="Of an attempt under way, to resend its code.")
    page: str | None = Field(default=None, max_length=40, description="Vanity address of the page one signs in on.")
    captcha: str | None = Field(
        default=None, max_length=2000, description="A solution of GET /api/v1/auth/captcha, once it is asked for."
    )
    device_token: str | None = Field(
        default=None, max_length=128, description="From an earlier sign-in here: strangers cannot use up its codes."
    )


class LoginCodeAnswer(Answer):
    """The same for every phone, known or not."""

    expires_at: AwareDatetime
    resend_at: AwareDatetime = Field(description="Before this moment another request is refused with 429.")
    attempt: str | None = Field(default=None, description="Secret of a bound attempt, to be sent with the code.")


class CaptchaAnswer(Answer):
    """GET /api/v1/auth/captcha: a challenge of ALTCHA, as its widget and libraries take it."""

    algorithm: Literal["SHA-256"]
    challenge: str
    maxnumber: int
    salt: str
    signature: str


class SignInBody(Body):
    """POST /api/v1/auth/sessions."""

    phone: Phone
    code: str = Field(max_length=16, description="Six digits from the SMS; spaces and hyphens are ignored.")
    device: str = Field(default="", max_length=100, description="How the person will recognise this device.")
    attempt: str | None = Field(default=None, max_length=64, description="Of a bound attempt; a browser has a cookie.")
    device_token: str | None = Field(
        default=None,
        max_length=128,
        description="From an earlier sign-in here: a second factor is not asked for again.",
    )


class StepUpBody(Body):
    """POST /api/v1/auth/step-up: a code from the caller's own phone, or of the second factor where there is one."""

    code: str = Field(
        max_length=40,
        description="Six digits from the SMS; of whoever has a second factor only its code or a recovery code.",
    )
    attempt: str | None = Field(default=None, max_length=64, description="Of a bound attempt; a browser has a cookie.")


class StepUpAnswer(Answer):
    """A new access token of the same session, good for dangerous acts for a while."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme, no secret
    expires_in: int = Field(description="Seconds that the access token lives.")
    fresh_until: AwareDatetime = Field(description="Until then dangerous acts are allowed without another code.")


class RefreshBody(Body):
    """POST /api/v1/auth/sessions/refresh; a browser sends the cookie instead."""

    refresh_token: str | None = Field(default=None, max_length=200)


class TokensAnswer(Answer):
    """A pair of tokens; the refresh token also comes as a cookie."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme, no secret
    expires_in: int = Field(description="Seconds that the access token lives.")
    refresh_token: str
    refresh_expires_at: AwareDatetime = Field(description="After this moment the person signs in with a code again.")
    session_id: UUID


class SignedInAnswer(TokensAnswer):
    """POST /api/v1/auth/sessions → 201."""

    user: UserAnswer
    device_token: str | None = Field(
        default=None, description="Keep it and send it when a code is asked for again; also a cookie."
    )


class SessionAnswer(Answer):
    """A device on which the user is signed in."""

    id: UUID
    device: str
    created_at: AwareDatetime
    last_used_at: AwareDatetime
    expires_at: AwareDatetime
    is_current: bool = Field(description="The one this request came from.")


class SessionsAnswer(Answer):
    """GET /api/v1/auth/sessions; the device used last comes first."""

    items: tuple[SessionAnswer, ...]
    next_cursor: None = None


class SigningKeyAnswer(Answer):
    """RFC 8037 public key."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    alg: Literal["EdDSA"] = "EdDSA"
    use: Literal["sig"] = "sig"
    kid: str
    x: str


class SigningKeysAnswer(Answer):
    """GET /api/v1/auth/jwks.json."""

    keys: tuple[SigningKeyAnswer, ...]
