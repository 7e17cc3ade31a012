"""Rows of people, accounts and rights; columns and constraints are made by the migrations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from contracts.identity import AccountState, BookingRules, MembershipState, StaffChannels
from kit.ids import new_id
from kit.phones import masked

from .domain import grants
from .roles import OWNER, PRESETS


class Base(DeclarativeBase):
    """Rows of this service."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        str: Text,
        bytes: LargeBinary,
        dict[str, Any]: JSONB,
        dict[str, bool]: JSONB,
        list[Any]: JSONB,
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
        list[datetime]: ARRAY(DateTime(timezone=True)),
    }


class User(Base):
    """A person, known by the phone number."""

    __tablename__ = "app_user"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    phone_e164: Mapped[str]
    name: Mapped[str | None]
    language: Mapped[Any] = mapped_column(Text)
    channels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sessions_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """Since when nothing is known of the person; what stands in place of the phone belongs to no phone."""

    @property
    def shown_name(self) -> str:
        """The own name, or the masked phone of a person who gave none."""
        return self.name or (masked(self.phone_e164) if self.erased_at is None else "—")

    @property
    def staff_channels(self) -> StaffChannels:
        """Where the person hears about the work."""
        return StaffChannels.model_validate(self.channels)


class Account(Base):
    """A firm that rents the platform."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    vanity_address: Mapped[str]
    time_zone: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    language: Mapped[Any] = mapped_column(Text)
    city: Mapped[str | None]
    unlisted: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    booking_rules: Mapped[dict[str, Any]]
    second_person_for: Mapped[list[str]] = mapped_column(default=list)
    factor_demanded_by: Mapped[str | None]
    """Name of the owner who has set that dangerous acts need a second factor."""
    factor_demanded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]

    @property
    def second_factor_demanded(self) -> bool:
        """Whether dangerous acts here need a second factor."""
        return self.factor_demanded_at is not None

    @property
    def rules(self) -> BookingRules:
        """What the booking engine obeys."""
        return BookingRules.model_validate(self.booking_rules)

    def state(self) -> AccountState:
        """The public state that events carry."""
        return AccountState(
            id=self.id,
            name=self.name,
            vanity_address=self.vanity_address,
            time_zone=self.time_zone,
            country=self.country,
            currency=self.currency,
            language=self.language,
            city=self.city,
            unlisted=self.unlisted,
            is_active=self.is_active,
            is_demo=self.is_demo,
            booking_rules=self.rules,
            second_person_for=frozenset(self.second_person_for),
        )


class VanityAddress(Base):
    """An address and the account that holds it, or held it lately."""

    __tablename__ = "vanity_address"

    address: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    released_at: Mapped[datetime | None]


class Membership(Base):
    """A user in an account."""

    __tablename__ = "membership"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    user_id: Mapped[UUID]
    name: Mapped[str | None]
    role: Mapped[Any] = mapped_column(Text)
    permission_changes: Mapped[dict[str, bool]] = mapped_column(default=dict)
    permission_expiries: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Moments (ISO 8601) at which single personal grants end, by key."""
    next_expiry_at: Mapped[datetime | None]
    location_ids: Mapped[list[UUID] | None]
    accepts_bookings: Mapped[bool] = mapped_column(default=False)
    staff_member_id: Mapped[UUID | None]
    added_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """When the whole membership ends by itself."""
    removed_at: Mapped[datetime | None]

    @property
    def is_owner(self) -> bool:
        """Whether the member holds every right for ever."""
        return bool(self.role == OWNER)

    @property
    def permissions(self) -> frozenset[str]:
        """Effective keys after role and personal changes."""
        return grants.effective(PRESETS[self.role], self.permission_changes)

    @property
    def held(self) -> grants.Held:
        """Rights with their places and ends, as they are now."""
        return grants.Held(self.permissions, self.expiries, self.ends_at, self.scope)

    @property
    def expiries(self) -> dict[str, datetime]:
        """The moments at which single personal grants end."""
        return {key: datetime.fromisoformat(at) for key, at in self.permission_expiries.items()}

    @expiries.setter
    def expiries(self, wanted: dict[str, datetime]) -> None:
        self.permission_expiries = {key: at.isoformat() for key, at in sorted(wanted.items())}
        self.next_expiry_at = min(wanted.values(), default=None)

    @property
    def scope(self) -> frozenset[UUID] | None:
        """The locations; none means every one."""
        return None if self.location_ids is None else frozenset(self.location_ids)

    def name_with(self, user: User) -> str:
        """The name in this account, or the person's own where the account gave none."""
        return self.name or user.shown_name

    def state(self, user: User) -> MembershipState:
        """The public state that events carry."""
        return MembershipState(
            id=self.id,
            account_id=self.account_id,
            user_id=self.user_id,
            name=self.name_with(user),
            phone_e164=user.phone_e164,
            language=user.language,
            role=self.role,
            permissions=self.permissions,
            location_ids=self.scope,
            accepts_bookings=self.accepts_bookings,
            staff_member_id=self.staff_member_id,
            is_active=self.removed_at is None,
            channels=user.staff_channels,
        )


class AuditEntry(Base):
    """Who changed what; never changed itself."""

    __tablename__ = "audit_entry"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_type: Mapped[Any] = mapped_column(Text)
    subject_id: Mapped[UUID]
    subject_name: Mapped[str]
    changes: Mapped[list[Any]]
    origin: Mapped[str] = mapped_column(default="")
    """Address and program that the act came from; empty for the clock."""
    reason: Mapped[str | None]


class LocationCopy(Base):
    """A location as booking said it last."""

    __tablename__ = "location_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    is_deleted: Mapped[bool]


class VisitCopy(Base):
    """When somebody is awaited at whom; nothing about the client."""

    __tablename__ = "visit_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    code: Mapped[str]
    location_id: Mapped[UUID]
    staff_member_ids: Mapped[list[UUID]]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_active: Mapped[bool]


class AccessRequest(Base):
    """What a refused person asked for, and what became of it."""

    __tablename__ = "access_request"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    member_id: Mapped[UUID]
    member_name: Mapped[str]
    asked_member_id: Mapped[UUID | None]
    rule: Mapped[str]
    permissions: Mapped[list[str]]
    location_ids: Mapped[list[UUID]]
    all_locations: Mapped[bool]
    act: Mapped[str | None]
    note: Mapped[str | None]
    state: Mapped[Any] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None]


class RegistrationDraft(Base):
    """What a person has filled in of a registration so far, step by step."""

    __tablename__ = "registration_draft"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    steps: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class PlatformStaff(Base):
    """Somebody who works for the platform itself."""

    __tablename__ = "platform_staff"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[Any] = mapped_column(Text)
    name: Mapped[str]
    appointed_at: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]


class SupportVisit(Base):
    """Somebody of the platform inside an account: why, since when, until when."""

    __tablename__ = "support_visit"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    name: Mapped[str]
    role: Mapped[Any] = mapped_column(Text)
    member_id: Mapped[UUID]
    reason: Mapped[str]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
