"""Rows as the API shows them: with the reason and the next step in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.http.notifications import Attempt, Fix, Notification, ProviderSettings, Recipient
from kit.texts import Texts

from .domain.facts import Kind
from .domain.reasons import Reason
from .domain.written import hide_numbers
from .providers.factory import Providers
from .tables import DeliveryAttempt, NotificationRow, ProviderAccount
from .wording import without_keys

REPEATABLE = frozenset({"unknown", "failed"})

_OF_SETTINGS = frozenset(
    {
        Reason.ACCOUNT_DISABLED,
        Reason.TYPE_DISABLED,
        Reason.ROLE_NOT_RECIPIENT,
        Reason.MERGED,
        Reason.QUIET_HOURS,
    }
)
_OF_CARD = frozenset(
    {Reason.RECIPIENT_NO_PHONE, Reason.PHONE_UNCONFIRMED, Reason.PHONE_BAD, Reason.STOP_LIST, Reason.CLIENT_OPTED_OUT}
)
_OF_PROFILE = frozenset(
    {Reason.RECIPIENT_NO_CHANNEL, Reason.CHANNEL_NOT_AVAILABLE, Reason.ADDRESS_GONE, Reason.DAILY_LIMIT}
)
_OF_INTEGRATION = frozenset(
    {Reason.NO_PROVIDER, Reason.PROVIDER_UNAUTHORIZED, Reason.SENDER_NOT_REGISTERED, Reason.PROVIDER_UNAVAILABLE}
)
_SITES = {"turbosms": "https://turbosms.ua/", "alphasms": "https://alphasms.ua/"}


class Words:
    """Speaks about messages in one language."""

    def __init__(self, texts: Texts, language: str, public_url: str, account_id: UUID | None) -> None:
        self._texts = texts
        self._language = language
        self._base = public_url.rstrip("/")
        self._manage = manage_page(public_url, account_id)
        self._desk = f"{self._base}/desk/{account_id}"

    def reason(self, code: str | None, params: dict[str, Any], provider: str | None) -> str | None:
        """Why, in a sentence."""
        if code is None:
            return None
        return self._texts.get(self._language, f"reason.{code}", self._values(params, provider))

    def summary(self, code: str | None, provider: str | None) -> str | None:
        """As `reason`, of many messages at once: without the moments of a single one."""
        if code is None:
            return None
        whole = self._texts.find(self._language, f"reason.{code}.many", self._values({}, provider))
        return whole or self.reason(code, {}, provider)

    def fix(self, code: str | None, provider: str | None, client_id: object = None) -> Fix | None:
        """What to do about it, and where."""
        if code is None:
            return None
        values = self._values({}, provider)
        key = f"reason.{code}.fix"
        text = self._texts.find(self._language, f"{key}.{provider}", values)
        text = text or self._texts.get(self._language, key, values)
        return Fix(text=text, url=self._place(code, provider, client_id))

    def text(self, key: str, params: dict[str, Any]) -> str:
        """A text of the catalogue."""
        return self._texts.get(self._language, key, params)

    def moment(self, at: datetime) -> str:
        """Day and hour by the clock that `at` carries."""
        return at.strftime("%d/%m, %H:%M" if self._language == "en" else "%d.%m, %H:%M")

    def desk(self, client_id: object, booking_id: object) -> str:
        """Where somebody at the desk goes on: the card of the client, else the visit, else the list."""
        if client_id is not None:
            return f"{self._desk}/clients/{client_id}"
        return f"{self._desk}/bookings/{booking_id}" if booking_id is not None else self._desk

    def help_url(self, code: str | None) -> str | None:
        """The page about a reason."""
        return f"{self._base}/help/{code}" if code else None

    def _values(self, params: dict[str, Any], provider: str | None) -> dict[str, Any]:
        return {**params, "provider": self._texts.get(self._language, f"provider.{provider or 'none'}")}

    def _place(self, code: str, provider: str | None, client_id: object) -> str:
        if code == Reason.INSUFFICIENT_BALANCE:
            return _SITES.get(provider or "", f"{self._manage}/balance")
        if code in _OF_SETTINGS:
            return f"{self._manage}/notifications"
        if code in _OF_INTEGRATION:
            return f"{self._manage}/integrations"
        if code in _OF_PROFILE:
            return f"{self._base}/me"
        if code in _OF_CARD and client_id is not None:
            return f"{self._desk}/clients/{client_id}"
        return f"{self._base}/help/{code}"


def manage_page(public_url: str, account_id: UUID | None, page: str = "") -> str:
    """A page of the account's office."""
    root = f"{public_url.rstrip('/')}/manage"
    return "/".join(part for part in (root, str(account_id or ""), page) if part)


def notification_of(
    row: NotificationRow, attempts: Sequence[DeliveryAttempt], words: Words, *, sees_phones: bool = True
) -> Notification:
    """One decision with everything that is known about it; no address. What a person wrote by hand may name a number:
    it is left out for readers who may not see phones."""
    text = without_keys(row.text) if row.text else None
    is_by_hand = row.kind == Kind.WRITTEN
    recipient_type: Any = row.recipient_type
    state: Any = row.state
    return Notification(
        id=row.id,
        booking_id=row.booking_id,
        kind=row.kind,
        recipient=Recipient(type=recipient_type, id=row.recipient_id, name=row.recipient_name),
        channel=row.channel,
        provider=row.provider,
        planned_at=row.planned_at,
        useful_until=row.useful_until,
        state=state,
        reason_code=row.reason_code,
        reason_text=words.reason(row.reason_code, row.reason_params, row.provider),
        fix=words.fix(row.reason_code, row.provider, row.client_id),
        help_url=words.help_url(row.reason_code),
        provider_error=row.provider_error,
        text=hide_numbers(text) if text and is_by_hand and not sees_phones else text,
        author_name=row.facts.get("author_name") if is_by_hand else None,
        parts=row.parts,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        may_send_again=row.state in REPEATABLE,
        attempts=[_attempt_of(attempt) for attempt in attempts],
    )


def _attempt_of(attempt: DeliveryAttempt) -> Attempt:
    outcome: Any = attempt.outcome
    return Attempt(
        number=attempt.number,
        provider=attempt.provider,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        outcome=outcome,
        error_class=attempt.error_class,
        provider_code=attempt.provider_code,
        provider_text=attempt.provider_text,
        trace_id=attempt.trace_id,
    )


def provider_of(
    provider: Any, account: ProviderAccount | None, held: int, words: Words, providers: Providers
) -> ProviderSettings:
    """A provider's settings without its secrets."""
    if account is None:
        return ProviderSettings(provider=provider, is_set_up=False, state="not_set_up")
    reason = account.state if account.state not in ("ok", "unchecked") else None
    kind: Any = account.kind
    state: Any = account.state
    reports = account.kind in ("http-token", "api-key")
    return ProviderSettings(
        provider=provider,
        kind=kind,
        is_set_up=True,
        has_secret=account.sealed is not None,
        login=account.login,
        sender_name=account.sender_name,
        viber_sender_name=account.viber_sender_name,
        order=account.position,
        enabled=account.enabled,
        state=state,
        reason_text=words.reason(reason, {}, provider),
        fix=words.fix(reason, provider),
        provider_error=account.provider_error,
        checked_at=account.checked_at,
        held_messages=held,
        callback_url=providers.callback_url(account) if reports else None,
        version=account.version,
    )
