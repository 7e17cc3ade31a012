"""HTTP bodies of identity: signing in, the caller's profile, accounts, members, rights, audit."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool, StrictInt, StringConstraints

from contracts.base import Language
from contracts.identity import BookingRules, StaffChannels

from .base import Answer, Body, CountryCode, CurrencyCode, Line, Shape

RoleKey = Literal["owner", "administrator", "manager", "master", "operator", "support"]

Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
"""A phone number in any usual spelling; answers always carry E.164."""

_Zone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
_Address = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100)]


# Signing in


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


class StepUpBody(Body):
    """POST /api/v1/auth/step-up: a code that went to the caller's own phone."""

    code: str = Field(max_length=16, description="Six digits from the SMS; spaces and hyphens are ignored.")
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


class MembershipAnswer(Answer):
    """One account that the user works in, as the user sees it."""

    id: UUID
    account_id: UUID
    account_name: str
    vanity_address: str
    role: RoleKey
    name: str
    permissions: tuple[str, ...] = Field(description="Effective keys after role and personal changes, sorted.")
    location_ids: tuple[UUID, ...] | None = Field(description="Scope; none means every location.")
    accepts_bookings: bool
    staff_member_id: UUID | None


class UserAnswer(Answer):
    """A person with the memberships in force."""

    id: UUID
    phone: str
    name: str | None
    language: Language
    memberships: tuple[MembershipAnswer, ...]


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


# The caller


class ProfileAnswer(UserAnswer):
    """GET and PATCH /api/v1/me."""

    channels: StaffChannels = Field(description="Where the person hears about the work, in every account.")


class ChannelsBody(Body):
    """Channels to change; a channel that is not named stays as it is, none takes an address away."""

    sms: StrictBool = False
    email: str | None = Field(default=None, max_length=254)
    telegram_chat_id: Annotated[str, Field(max_length=64), Shape("-?[0-9]+", "digits")] | None = None
    web_push: StrictBool = False


class ProfileBody(Body):
    """PATCH /api/v1/me; only what is named changes."""

    name: Line | None = None
    language: Language = "uk"
    channels: ChannelsBody = ChannelsBody()


class PhoneChangeBody(Body):
    """POST /api/v1/me/phone; the code was asked for, as for signing in, for the new phone."""

    phone: Phone
    code: str = Field(max_length=16, description="Six digits from the SMS to the new phone.")
    attempt: str | None = Field(default=None, max_length=64, description="Of a bound attempt; a browser has a cookie.")


class PhoneChangeAnswer(Answer):
    """A change of phone that waits for its day."""

    phone: str = Field(description="The new phone, masked.")
    effective_at: AwareDatetime = Field(description="Until then every signed-in device may take it back.")


class PhoneChangeState(Answer):
    """GET /api/v1/me/phone."""

    change: PhoneChangeAnswer | None


# Accounts


class AccountBody(Body):
    """POST /api/v1/accounts."""

    name: Line
    vanity_address: _Address = Field(description="3 to 40 lower-case Latin letters, digits and inner hyphens.")
    time_zone: _Zone = "Europe/Kyiv"
    country: CountryCode = Field(default="UA", description="ISO 3166-1 alpha-2.")
    currency: CurrencyCode = Field(default="UAH", description="ISO 4217; stays for ever.")
    language: Language = "uk"
    city: Line | None = None


class BookingRulesBody(Body):
    """Rules to change; what is not named stays. Bounds as in `contracts.identity.BookingRules`."""

    grid_min: StrictInt = Field(default=15, ge=1, le=240)
    lead_time_min: StrictInt = Field(default=60, ge=0, le=60 * 24 * 30)
    booking_window_days: StrictInt = Field(default=90, ge=1, le=730)
    cancel_cutoff_min: StrictInt = Field(default=120, ge=0, le=60 * 24 * 30)
    hold_min: StrictInt = Field(default=10, ge=1, le=60)
    phone_confirmation: StrictBool = Field(default=True, description="Off: a client may book without an SMS code.")
    phone_format_check: StrictBool = True
    client_coming_max: StrictInt | None = Field(default=None, ge=1, le=100)
    client_daily_max: StrictInt | None = Field(default=None, ge=1, le=20)


class AccountChangeBody(Body):
    """PATCH /api/v1/accounts/{account}; only what is named changes. The currency never does."""

    name: Line = ""
    vanity_address: _Address = ""
    time_zone: _Zone = ""
    country: CountryCode = "UA"
    language: Language = "uk"
    city: Line | None = None
    unlisted: StrictBool = False
    booking_rules: BookingRulesBody = BookingRulesBody()
    second_person_for: tuple[str, ...] = Field(
        default=(), max_length=50, description="Permissions whose use somebody else has to approve, act by act."
    )


class AccountAnswer(Answer):
    """An account with all its settings."""

    id: UUID
    version: int
    name: str
    vanity_address: str
    time_zone: str
    country: str
    currency: str
    language: Language
    city: str | None
    unlisted: bool
    is_active: bool
    is_demo: bool
    booking_rules: BookingRules
    second_person_for: tuple[str, ...] = ()
    created_at: AwareDatetime


class AccountsAnswer(Answer):
    """GET /api/v1/accounts: the accounts in which the caller works."""

    items: tuple[AccountAnswer, ...]
    next_cursor: None = None


# Members and rights


class MemberBody(Body):
    """POST /api/v1/accounts/{account}/members."""

    phone: Phone
    name: Line
    role: RoleKey = "master"
    location_ids: tuple[UUID, ...] | None = Field(
        default=None, min_length=1, max_length=200, description="None: every location."
    )
    accepts_bookings: StrictBool = False
    permissions: dict[str, StrictBool] = Field(default={}, max_length=100, description="Personal changes of the role.")
    permission_expiries: dict[str, AwareDatetime] = Field(
        default={}, max_length=100, description="When single rights granted in `permissions` end by themselves."
    )
    ends_at: AwareDatetime | None = Field(default=None, description="When the whole membership ends by itself.")
    confirmed: StrictBool | None = Field(
        default=None, description="False: refuse with the reasons when dangerous rights would be given; true: seen."
    )


class MemberChangeBody(Body):
    """PATCH /api/v1/accounts/{account}/members/{id}; only what is named changes.

    In `permissions` true grants, false takes away, null goes back to what the role says.
    """

    name: Line = ""
    role: RoleKey = "master"
    location_ids: tuple[UUID, ...] | None = Field(default=None, min_length=1, max_length=200)
    accepts_bookings: StrictBool = False
    permissions: dict[str, StrictBool | None] = Field(default={}, max_length=100)
    permission_expiries: dict[str, AwareDatetime | None] = Field(
        default={}, max_length=100, description="When single personal grants end by themselves; null: never."
    )
    ends_at: AwareDatetime | None = Field(default=None, description="When the whole membership ends; null: never.")
    confirmed: StrictBool | None = Field(
        default=None, description="False: refuse with the reasons when dangerous rights would be given; true: seen."
    )


class MemberAnswer(Answer):
    """A member of the account."""

    id: UUID
    version: int
    account_id: UUID
    user_id: UUID
    staff_member_id: UUID | None = Field(description="The column of the calendar; none for who never took bookings.")
    name: str
    phone: str = Field(description="Masked for whoever may not edit staff.")
    role: RoleKey
    permissions: tuple[str, ...] = Field(description="Effective keys, sorted.")
    permission_changes: dict[str, bool] = Field(description="Where this person differs from the role.")
    permission_expiries: dict[str, AwareDatetime] = Field(default={}, description="When single grants end.")
    ends_at: AwareDatetime | None = Field(default=None, description="When the membership ends by itself.")
    location_ids: tuple[UUID, ...] | None
    accepts_bookings: bool
    is_active: bool
    added_at: AwareDatetime
    removed_at: AwareDatetime | None


class MembersAnswer(Answer):
    """GET /api/v1/accounts/{account}/members, by name."""

    items: tuple[MemberAnswer, ...]
    next_cursor: str | None = None


class PermissionAnswer(Answer):
    """One right, in the caller's language."""

    key: str
    name: str
    dangerous: bool
    why: str | None = Field(description="What can go wrong; only for dangerous rights.")
    held: bool = Field(description="Whether the caller holds it, and so may grant it.")


class RoleAnswer(Answer):
    """A preset of rights."""

    key: RoleKey
    name: str
    permissions: tuple[str, ...]


class PermissionsAnswer(Answer):
    """GET /api/v1/accounts/{account}/permissions."""

    items: tuple[PermissionAnswer, ...]
    roles: tuple[RoleAnswer, ...]
    next_cursor: None = None


# Audit


class AuditActor(Answer):
    """Who did it; a name as it was then."""

    id: UUID | None
    name: str


class AuditSubject(Answer):
    """What it was done to; a name as it was then."""

    type: Literal["account", "member", "api_key", "request", "visit"]
    id: UUID
    name: str


class AuditChange(Answer):
    """One field with its values before and after."""

    field: str
    before: Any = None
    after: Any = None


class AuditEntryAnswer(Answer):
    """One act."""

    id: UUID
    at: AwareDatetime
    actor: AuditActor
    action: str
    text: str = Field(description="The act in the reader's language.")
    subject: AuditSubject
    changes: tuple[AuditChange, ...]
    origin: str = Field(default="", description="Address and program it came from; empty for the clock.")
    reason: str | None = Field(default=None, description="Why, where the act asks for a reason.")


class AuditAnswer(Answer):
    """GET /api/v1/accounts/{account}/audit, newest first."""

    items: tuple[AuditEntryAnswer, ...]
    next_cursor: str | None = None
