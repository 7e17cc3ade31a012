"""Rows of this service. What others own is a copy, and says so in its name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, FetchedValue, LargeBinary, SmallInteger, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.ids import new_id


class Base(DeclarativeBase):
    """Moments carry their zone; free-form values are JSON."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        str: Text,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
    }


class AccountCopy(Base):
    __tablename__ = "account_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    vanity_address: Mapped[str]
    time_zone: Mapped[str]
    currency: Mapped[str]
    language: Mapped[str]
    is_active: Mapped[bool]
    is_demo: Mapped[bool] = mapped_column(default=False)


class LocationCopy(Base):
    __tablename__ = "location_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    address: Mapped[str | None]
    phone_e164: Mapped[str | None]
    time_zone: Mapped[str]


class ClientCopy(Base):
    __tablename__ = "client_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    phone_e164: Mapped[str | None]
    phone_confirmed: Mapped[bool]
    language: Mapped[str]
    user_id: Mapped[UUID | None]
    notifications_on: Mapped[bool]
    email: Mapped[str | None]


class BookingCopy(Base):
    """The newest known state of a booking. `replan_at`: its messages are to be planned anew, and since when."""

    __tablename__ = "booking_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    is_active: Mapped[bool]
    starts_at: Mapped[datetime]
    location_id: Mapped[UUID]
    client_id: Mapped[UUID | None]
    body: Mapped[dict[str, Any]]
    replan_at: Mapped[datetime | None]


class SettingsRow(Base):
    """What an account has set about its messages; without a row the defaults hold."""

    __tablename__ = "notification_settings"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    body: Mapped[dict[str, Any]]


class ClientPreference(Base):
    """What one client refused at one account, and who of the account wrote it down last."""

    __tablename__ = "client_preference"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    messages: Mapped[bool]
    reminders: Mapped[bool]
    changes: Mapped[bool]
    refused_channels: Mapped[list[str]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]
    changed_by_name: Mapped[str | None]
    changed_by_role: Mapped[str | None]


class UserPreference(Base):
    """What a person refused everywhere."""

    __tablename__ = "user_preference"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    messages: Mapped[bool]
    reminders: Mapped[bool]
    changes: Mapped[bool]
    changed_at: Mapped[datetime]


class PhoneMark(Base):
    """A number that a provider refuses for good: it does not exist (`bad`), or its owner refused (`stop_list`)."""

    __tablename__ = "phone_mark"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_e164: Mapped[str] = mapped_column(primary_key=True)
    cause: Mapped[str]
    provider: Mapped[str]


class ProviderAccount(Base):
    """An account's connection to a provider. `position` orders failover; `probe_at`: when to look whether it is
    cured; `version` grows when credentials change, so that a late refusal of old ones blocks nothing."""

    __tablename__ = "provider_account"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    login: Mapped[str | None]
    sender_name: Mapped[str]
    viber_sender_name: Mapped[str | None]
    position: Mapped[int] = mapped_column(SmallInteger)
    enabled: Mapped[bool]
    state: Mapped[str]
    provider_error: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    callback_token: Mapped[str]
    version: Mapped[int]


class NotificationRow(Base):
    """One decision about one message to one recipient; `occasion` is what it is about (an act, or a visit's start)."""

    __tablename__ = "notification"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID | None]
    location_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    kind: Mapped[str]
    occasion: Mapped[str]
    recipient_type: Mapped[str]
    recipient_id: Mapped[UUID]
    recipient_name: Mapped[str]
    phone_e164: Mapped[str | None]
    language: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    reason_code: Mapped[str | None]
    reason_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    planned_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    due_at: Mapped[datetime | None]
    text: Mapped[str | None]
    parts: Mapped[int | None] = mapped_column(SmallInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    time_zone: Mapped[str]
    booking_version: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    provider: Mapped[str | None]
    provider_message_id: Mapped[str | None]
    own_number: Mapped[int] = mapped_column(BigInteger, FetchedValue())
    provider_status: Mapped[str | None]
    provider_error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    providers_tried: Mapped[list[str]] = mapped_column(default=list)
    trial_of: Mapped[str | None]
    claim_id: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    status_due_at: Mapped[datetime | None]
    status_asked: Mapped[int] = mapped_column(SmallInteger, default=0)
    trace: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class DeliveryAttempt(Base):
    """One hand-over to a provider; its id is the claim under which it was made."""

    __tablename__ = "delivery_attempt"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    notification_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(SmallInteger)
    provider: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str]
    error_class: Mapped[str | None]
    provider_code: Mapped[str | None]
    provider_text: Mapped[str | None]
    trace_id: Mapped[str | None]


class SmsBalanceRow(Base):
    """The prepaid balance: what is free, and what is set aside for messages under way. Minor units."""

    __tablename__ = "sms_balance"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    free_amount: Mapped[int] = mapped_column(BigInteger)
    reserved_amount: Mapped[int] = mapped_column(BigInteger)
    looked_at: Mapped[datetime] = mapped_column(FetchedValue())
    warned_at: Mapped[datetime | None]
    warnings: Mapped[int] = mapped_column(FetchedValue())


class LedgerEntry(Base):
    """One line of the balance's history; never changed. One cause has each kind of line at most once."""

    __tablename__ = "ledger_entry"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    free_change: Mapped[int] = mapped_column(BigInteger)
    reserved_change: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    cause_id: Mapped[UUID]
    notification_id: Mapped[UUID | None]
    note: Mapped[str | None]
    created_at: Mapped[datetime]


class LoginCodeMessage(Base):
    """An SMS with a login code; its text is sealed, and gone as soon as nothing may be sent any more."""

    __tablename__ = "login_code_message"

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    phone_e164: Mapped[str]
    sealed_text: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]
    state: Mapped[str]
    reason_code: Mapped[str | None]
    provider_error: Mapped[str | None]
    provider_message_id: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[datetime | None]
    claim_id: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    trace: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class TelegramChat(Base):
    """The chat that a person has opened with the platform's bot."""

    __tablename__ = "telegram_chat"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    chat_id: Mapped[str]
    bound_at: Mapped[datetime]


class TelegramLink(Base):
    """A link that binds whoever opens it, once and for a short time, to a person; the token itself is not kept."""

    __tablename__ = "telegram_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID]
    expires_at: Mapped[datetime]


class PushSubscription(Base):
    """A browser of a person that wants messages; its keys are sealed."""

    __tablename__ = "push_subscription"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    endpoint: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    browser: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Reply(Base):
    """What a person answered; `settled_at` says that nobody has to look at it any more."""

    __tablename__ = "reply"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    provider_id: Mapped[str]
    phone_e164: Mapped[str]
    text: Mapped[str]
    meaning: Mapped[str]
    client_id: Mapped[UUID | None]
    booking_id: Mapped[UUID | None]
    notification_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]


class EventFeed(Base):
    """How far the feed of an account has come, and up to where it was forgotten."""

    __tablename__ = "event_feed"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_place: Mapped[int] = mapped_column(BigInteger)
    forgotten_until: Mapped[int] = mapped_column(BigInteger)


class PublicEvent(Base):
    """One event as other systems may read it; `contacts` apart, because not everybody may see them."""

    __tablename__ = "public_event"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[UUID]
    type: Mapped[str]
    subject_id: Mapped[str]
    subject_version: Mapped[int]
    occurred_at: Mapped[datetime]
    location_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    contacts: Mapped[dict[str, Any] | None]


class WebHook(Base):
    """Where an account wants its events told; `former_sealed` signs too while a new secret is being put in place."""

    __tablename__ = "web_hook"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str]
    event_types: Mapped[list[str]]
    location_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    with_contacts: Mapped[bool]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    former_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_until: Mapped[datetime | None]
    state: Mapped[str]
    pause_cause: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    paused_at_place: Mapped[int | None] = mapped_column(BigInteger)
    failing_since: Mapped[datetime | None]
    failures: Mapped[int]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    version: Mapped[int]


class WebHookDelivery(Base):
    """One event on its way to one web hook; `body` is kept byte for byte, because it is signed."""

    __tablename__ = "web_hook_delivery"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    hook_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[str]
    type: Mapped[str]
    body: Mapped[str]
    client_id: Mapped[UUID | None]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[datetime | None]
    claim_id: Mapped[UUID | None]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    error: Mapped[str | None]
    duration_ms: Mapped[int | None]
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class DeliveryReportRow(Base):
    """A report that was taken; the same id bound to another message is a forgery."""

    __tablename__ = "delivery_report"

    provider: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[str] = mapped_column(primary_key=True)
    provider_message_id: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TemplateRow(Base):
    """A text of the account's own: `used_*` is in force, `text` is what was written last and may wait for approval."""

    __tablename__ = "message_template"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_type: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    used_text: Mapped[str | None]
    used_transliterated: Mapped[bool]
    state: Mapped[str]
    text: Mapped[str]
    transliterated: Mapped[bool]
    comment: Mapped[str | None]
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    decided_by_name: Mapped[str | None]
    written_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    version: Mapped[int]


class DailyJournal(Base):
    """The journal of one location and day as booking told it; kept until it is mailed, and some days longer."""

    __tablename__ = "daily_journal"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID]
    day: Mapped[date]
    version: Mapped[int]
    body: Mapped[dict[str, Any]]


class ReceiptTrouble(Base):
    """A receipt that waits or failed; without a reason it is through."""

    __tablename__ = "receipt_trouble"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    reason_code: Mapped[str | None]
    since: Mapped[datetime]


class MorningTurn(Base):
    """When the account's day is looked at next."""

    __tablename__ = "morning_turn"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
