"""Alarms for the people of an account: SMS or receipts do not go, books differ, a web hook is paused, a review came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert

from contracts.booking import ReviewLeft
from contracts.fiscal import BooksDiffer, ReceiptFailed, ReceiptHeld, ReceiptRegistered
from contracts.notifications import BalanceLow, ProviderStopped, SpendingBraked, WebHookPaused
from kit.db import Tx
from kit.texts import Texts
from notifications.domain.facts import Kind
from notifications.domain.staff_news import News
from notifications.morning import Thing
from notifications.rules import House
from notifications.situation import zone_of
from notifications.tables import AccountCopy, ReceiptTrouble
from notifications.views import Words, manage_page
from notifications.wording import money, shortened

from .check_morning import thing_text
from .tell_staff import Telling, tell_staff

USEFUL = timedelta(hours=24)


@dataclass(frozen=True)
class Alarms:
    """Handlers of events that staff want to hear of."""

    texts: Texts
    public_url: str
    house: House

    async def balance_low(self, event: BalanceLow, tx: Tx, now: datetime) -> None:
        """At most once a day for each mark, however often the balance passes it."""
        assert event.account_id is not None
        params = {"balance": money(event.balance_amount), "planned": money(event.planned_amount)}
        params["link"] = manage_page(self.public_url, event.account_id, "balance")
        key, about = "sms.staff.balance_low", "low"
        if event.percent is not None and event.full_amount is not None:
            key, about = "sms.staff.balance_share", f"low {event.percent}"
            params |= {"percent": str(event.percent), "full": money(event.full_amount)}

        def text(language: str) -> str:
            return self.texts.get(language, key, params)

        await self._tell(tx, event.account_id, Kind.BALANCE_LOW, about, text, now)

    async def spending_braked(self, event: SpendingBraked, tx: Tx, now: datetime) -> None:
        """One alarm per kind and day."""
        assert event.account_id is not None
        params = {"limit": event.limit, "link": manage_page(self.public_url, event.account_id, "messages")}

        def text(language: str) -> str:
            return self.texts.get(language, "sms.staff.spending_braked", params)

        await self._tell(tx, event.account_id, Kind.PROVIDER_TROUBLE, f"braked {event.kind}", text, now)

    async def provider_stopped(self, event: ProviderStopped, tx: Tx, now: datetime) -> None:
        """One alarm per provider, cause and day."""
        assert event.account_id is not None

        def text(language: str) -> str:
            words = Words(self.texts, language, self.public_url, event.account_id)
            fix = words.fix(event.reason_code, event.provider)
            said = {
                "reason": words.summary(event.reason_code, event.provider),
                "fix": fix.text if fix else "",
                "link": manage_page(self.public_url, event.account_id, "integrations"),
            }
            return " ".join(self.texts.get(language, "sms.staff.provider_trouble", said).split())

        about = f"{event.provider} {event.reason_code}"
        await self._tell(tx, event.account_id, Kind.PROVIDER_TROUBLE, about, text, now)

    async def web_hook_paused(self, event: WebHookPaused, tx: Tx, now: datetime) -> None:
        """One alarm per hook and day."""
        assert event.account_id is not None
        params = {"host": event.host, "link": manage_page(self.public_url, event.account_id, "integrations")}

        def text(language: str) -> str:
            return self.texts.get(language, f"sms.staff.web_hook_paused.{event.cause}", params)

        await self._tell(tx, event.account_id, Kind.PROVIDER_TROUBLE, f"hook {event.hook_id}", text, now)

    async def receipt(self, event: ReceiptHeld | ReceiptFailed | ReceiptRegistered, tx: Tx, now: datetime) -> None:
        """Keep what waits in mind for the mornings; one alarm per cause, register and day."""
        assert event.account_id is not None
        receipt = event.receipt
        reason = None if isinstance(event, ReceiptRegistered) else receipt.reason_code or "rejected"
        values = {"version": event.version, "reason_code": reason, "since": now}
        statement = insert(ReceiptTrouble).values(account_id=event.account_id, receipt_id=receipt.id, **values)
        newer = await tx.execute(
            statement.on_conflict_do_update(
                index_elements=["account_id", "receipt_id"], set_=values, where=ReceiptTrouble.version < event.version
            ).returning(ReceiptTrouble.version)
        )
        if newer.first() is None or reason is None:
            return
        thing = Thing("fiscal", reason, 1)
        link = manage_page(self.public_url, event.account_id, "cash-registers")

        def text(language: str) -> str:
            said = {
                "reason": thing_text(self.texts, language, thing),
                "fix": "",
                "link": link,
            }
            return " ".join(self.texts.get(language, "sms.staff.fiscal_trouble", said).split())

        about = f"{reason} {receipt.cash_register_id}"
        await self._tell(tx, event.account_id, Kind.FISCAL_TROUBLE, about, text, now)

    async def books_differ(self, event: BooksDiffer, tx: Tx, now: datetime) -> None:
        """Once for each comparison that found something, to those who hear of receipts that do not go."""
        assert event.account_id is not None
        page = manage_page(self.public_url, event.account_id, "differences")
        params = {"count": event.count, "since": event.since, "until": event.until, "link": page}

        def text(language: str) -> str:
            return self.texts.get(language, "sms.staff.books_differ", params)

        await self._tell(tx, event.account_id, Kind.FISCAL_TROUBLE, f"books {event.reconciliation_id}", text, now)

    async def review(self, event: ReviewLeft, tx: Tx, now: datetime) -> None:
        """To those whom the account has chosen; once per review."""
        assert event.account_id is not None
        review = event.review
        params = {
            "client": review.client_name,
            "rating": review.rating,
            "text": shortened(review.text or ""),
            "link": manage_page(self.public_url, event.account_id, "reviews"),
        }
        zone = await self._zone(tx, event.account_id)
        occasion = f"review {review.id}"
        news = News(Kind.REVIEW, occasion, now, now + USEFUL, zone, location_id=review.location_id)
        telling = Telling(
            news,
            lambda language: " ".join(self.texts.get(language, "sms.staff.review", params).split()),
            booking_id=review.booking_id,
        )
        await tell_staff(tx, event.account_id, telling, self.house, now)

    async def _tell(
        self, tx: Tx, account_id: UUID, kind: Kind, about: str, text: Callable[[str], str], now: datetime
    ) -> None:
        zone = await self._zone(tx, account_id)
        news = News(kind, f"{about} {now.astimezone(zone):%Y-%m-%d}", now, now + USEFUL, zone)
        await tell_staff(tx, account_id, Telling(news, text), self.house, now)

    async def _zone(self, tx: Tx, account_id: UUID) -> ZoneInfo:
        account = await tx.get(AccountCopy, account_id)
        return zone_of(account.time_zone if account else "Europe/Kyiv")
