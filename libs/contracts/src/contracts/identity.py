"""Events of people, accounts and rights."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Event, Language, Value


class LoginCodeRequested(Event):
    """A person wants to sign in; the text with the code goes out through the platform's own provider."""

    name: ClassVar[str] = "identity.login_code.requested.v1"
    must_be_heard: ClassVar[bool] = True
    secret: ClassVar[bool] = True

    attempt_id: UUID
    phone_e164: str
    code: str
    language: Language
    domain: str = Field(description="Host that the origin-bound line of the SMS names.")
    expires_at: AwareDatetime

    @property
    def subject_id(self) -> str:
        return str(self.attempt_id)


class PhoneChangeRequested(Event):
    """Tomorrow this person signs in with another phone; the present one hears of it, to say no in time."""

    name: ClassVar[str] = "identity.phone_change.requested.v1"
    must_be_heard: ClassVar[bool] = True

    change_id: UUID
    user_id: UUID
    old_phone_e164: str
    new_phone_masked: str
    language: Language
    domain: str = Field(description="Host where the person can keep the present phone.")
    effective_at: AwareDatetime

    @property
    def subject_id(self) -> str:
        return str(self.change_id)


SecondFactorChange = Literal[
    "set_up",
    "removed",
    "recovery_code_used",
    "recovery_codes_renewed",
    "reset_asked",
    "reset_stopped",
    "reset",
]


class SecondFactorChanged(Event):
    """What happened to a person's second factor; the person hears of it, to say no in time where it was not them."""

    name: ClassVar[str] = "identity.second_factor.changed.v1"
    must_be_heard: ClassVar[bool] = True

    change_id: UUID
    user_id: UUID
    phone_e164: str
    change: SecondFactorChange
    language: Language
    domain: str = Field(description="Host where the person sees to it.")
    at: AwareDatetime
    effective_at: AwareDatetime | None = Field(
        default=None, description="From when on a factor that was set up is asked for, or when a lost one is taken off."
    )

    @property
    def subject_id(self) -> str:
        return str(self.change_id)


Unconfirmed = Literal["nothing", "task", "release"]
"""What becomes of a visit that nobody confirmed in time: it stays as it is, staff are asked to see to it, or its time
is freed."""


class BookingRules(Value):
    """Settings of an account that the booking engine obeys."""

    grid_min: int = Field(default=15, ge=1, le=240)
    lead_time_min: int = Field(default=60, ge=0, le=60 * 24 * 30)
    booking_window_days: int = Field(default=90, ge=1, le=730)
    cancel_cutoff_min: int = Field(default=120, ge=0, le=60 * 24 * 30)
    unconfirmed: Unconfirmed = "nothing"
    confirm_cutoff_min: int = Field(
        default=60 * 24,
        ge=60,
        le=60 * 24 * 14,
        description="So long before its start a visit has to be confirmed; matters unless `unconfirmed` is nothing.",
    )
    hold_min: int = Field(default=10, ge=1, le=60)
    phone_confirmation: bool = Field(default=True, description="Off: a client may book without an SMS code.")
    phone_format_check: bool = True
    client_coming_max: int | None = Field(
        default=None, ge=1, le=100, description="How many visits to come one client may book online; none: any number."
    )
    client_daily_max: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="How many visits on one day one client may book online; none: any number.",
    )


class AccountState(Value):
    """Public state of an account (a firm that rents the platform)."""

    id: UUID
    name: str
    vanity_address: str
    time_zone: str
    country: str
    currency: str
    language: Language
    city: str | None = None
    unlisted: bool = False
    is_active: bool = True
    is_demo: bool = False
    booking_rules: BookingRules = BookingRules()
    second_person_for: frozenset[str] = Field(
        default=frozenset(), description="Permissions whose use has to be approved by somebody else, act by act."
    )


class _OfAccount(Event):
    account: AccountState

    @property
    def subject_id(self) -> str:
        return str(self.account.id)


class AccountRegistered(_OfAccount):
    name: ClassVar[str] = "identity.account.registered.v1"
    must_be_heard: ClassVar[bool] = True


class AccountChanged(_OfAccount):
    name: ClassVar[str] = "identity.account.changed.v1"
    must_be_heard: ClassVar[bool] = True


class StaffChannels(Value):
    """Where a member wants to hear about the work; a channel that is off or has no address is not used."""

    sms: bool = False
    email: str | None = None
    telegram_chat_id: str | None = None
    web_push: bool = False


class MembershipState(Value):
    """A user in an account: role, effective permissions, scope."""

    id: UUID
    account_id: UUID
    user_id: UUID
    name: str
    phone_e164: str
    language: Language = "uk"
    role: str
    permissions: frozenset[str] = Field(description="Effective keys after role and personal changes.")
    location_ids: frozenset[UUID] | None = Field(default=None, description="Scope; none means every location.")
    accepts_bookings: bool = False
    staff_member_id: UUID | None = None
    is_active: bool = True
    channels: StaffChannels = StaffChannels()
    second_factor_demanded_by: str | None = Field(
        default=None, description="Who has set that members need an authenticator app for dangerous acts, if anybody."
    )


class _OfMembership(Event):
    must_be_heard: ClassVar[bool] = True
    membership: MembershipState

    @property
    def subject_id(self) -> str:
        return str(self.membership.id)


class MembershipAdded(_OfMembership):
    name: ClassVar[str] = "identity.membership.added.v1"


class MembershipChanged(_OfMembership):
    name: ClassVar[str] = "identity.membership.changed.v1"


VisitsChoice = Literal["keep", "move", "cancel"]


class MembershipRemoved(_OfMembership):
    """Somebody left. `visits` is what whoever removed them chose for the clients who are still awaited."""

    name: ClassVar[str] = "identity.membership.removed.v1"

    visits: VisitsChoice = Field(
        default="keep",
        description="keep: nothing happens; move: to the nearest free time of somebody else, what cannot be moved "
        "stays; cancel: cancelled by staff, and the clients are told.",
    )
    removed_by: UUID | None = None
    removed_by_name: str | None = None


class MembershipRestored(_OfMembership):
    name: ClassVar[str] = "identity.membership.restored.v1"


class SessionsRevoked(Event):
    """These sessions ended; their access tokens are refused although not yet expired."""

    name: ClassVar[str] = "identity.sessions.revoked.v1"
    must_be_heard: ClassVar[bool] = True

    user_id: UUID
    session_ids: tuple[UUID, ...]
    tokens_expire_at: AwareDatetime = Field(description="After this moment no access token of them is alive anyway.")

    @property
    def subject_id(self) -> str:
        return str(self.user_id)


class UserErased(Event):
    """A person had the own login forgotten: every service drops what it keeps of them as a person."""

    name: ClassVar[str] = "identity.user.erased.v1"
    must_be_heard: ClassVar[bool] = True

    user_id: UUID
    erased_at: AwareDatetime

    @property
    def subject_id(self) -> str:
        return str(self.user_id)


class SigningKey(Value):
    """Public half of a key that signs access tokens (RFC 8037 OKP, Ed25519)."""

    kid: str
    x: str = Field(description="Public key, base64url without padding.")
    retired_at: AwareDatetime | None = Field(
        default=None, description="Since this moment it verifies nothing; a copy of it is dropped."
    )


class SigningKeysPublished(Event):
    """The whole set of keys that verify access tokens now; said at every start and every few minutes."""

    name: ClassVar[str] = "identity.signing_keys.published.v1"
    must_be_heard: ClassVar[bool] = True

    keys: tuple[SigningKey, ...]

    @property
    def subject_id(self) -> str:
        return "signing_keys"


class AccessRequested(Event):
    """A refused person asks for rights, for locations, or for the approval of one act; said again when decided."""

    name: ClassVar[str] = "identity.access.requested.v1"
    must_be_heard: ClassVar[bool] = True

    request_id: UUID
    rule: str = Field(description="Code of the refusal that led here.")
    permissions: tuple[str, ...] = ()
    location_ids: tuple[UUID, ...] = ()
    all_locations: bool = False
    act: str | None = Field(default=None, description="Fingerprint of the one act that shall be approved.")
    note: str | None = None
    state: Literal["open", "granted", "declined", "expired"]
    asked_by: UUID = Field(description="User who asks.")
    asked_by_name: str
    ask_user_ids: tuple[UUID, ...] = Field(default=(), description="Users who can decide; they are to be told.")
    expires_at: AwareDatetime

    @property
    def subject_id(self) -> str:
        return str(self.request_id)


class ActApproved(Event):
    """A second person allowed one act of one user, once; a service that guards acts this way keeps a copy."""

    name: ClassVar[str] = "identity.act.approved.v1"

    approval_id: UUID
    user_id: UUID
    permission: str
    act: str = Field(description="Method, path and fingerprint of query and body of the request.")
    approved_by: UUID
    expires_at: AwareDatetime

    @property
    def subject_id(self) -> str:
        return str(self.approval_id)
