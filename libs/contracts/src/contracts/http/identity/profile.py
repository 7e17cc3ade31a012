"""The caller: profile, memberships, channels, phone."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool

from contracts.base import Language
from contracts.http.base import Answer, Body, Line, Shape
from contracts.identity import StaffChannels

from .persons import Phone, RoleKey


class MembershipAnswer(Answer):
    """One account that the user works in, as the user sees it."""

    id: UUID
    account_id: UUID
    account_name: str
    vanity_address: str
    time_zone: str = Field(default="Europe/Kyiv", description="The clock of the account.")
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


class EraseLoginBody(Body):
    """POST /api/v1/me/erase: nothing brings it back."""

    confirm: Literal["erase"]


class ErasedLogin(Answer):
    """The login is no more; the same phone would begin as a new person."""

    erased_at: AwareDatetime
