"""Everything this service listens to, one line per handler."""

from __future__ import annotations

from dataclasses import dataclass

from contracts import Event
from contracts.booking import (
    BookingArrived,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingCreated,
    BookingNoShow,
    BookingRescheduled,
    BookingUnconfirmed,
    ClientChanged,
    ClientErased,
    DailyJournalPrepared,
    LocationChanged,
    ReplyRefused,
    ReportPrepared,
    ReviewLeft,
    WaitlistOffered,
    WaitlistOfferEnded,
)
from contracts.fiscal import (
    BooksDiffer,
    PrepaymentCancelled,
    PrepaymentExpired,
    PrepaymentPaid,
    PrepaymentRequested,
    ReceiptFailed,
    ReceiptHeld,
    ReceiptRegistered,
    TopUpPaid,
    TopUpReversed,
    WeeklyDigestPrepared,
)
from contracts.gateway import DeliveryReportReceived, InboundSmsReceived
from contracts.identity import (
    AccessRequested,
    AccountChanged,
    AccountRegistered,
    LoginCodeRequested,
    PhoneChangeRequested,
    SecondFactorChanged,
    UserErased,
)
from contracts.notifications import BalanceLow, ProviderStopped, SpendingBraked, WebHookPaused
from kit import access
from kit.db import Tx
from kit.messaging import Consumers
from kit.texts import Texts

from .clock import Clock
from .providers.factory import Providers
from .public_events import PUBLIC
from .settings import Settings
from .usecases.alarm_staff import Alarms
from .usecases.ask_staff import hear_refused_reply, hear_unconfirmed, unconfirmed_settled
from .usecases.bind_chat import TELEGRAM, take_chat_message
from .usecases.check_morning import plan_morning
from .usecases.copy_others import copy_account, copy_client, copy_location
from .usecases.forget_client import forget_client
from .usecases.forget_user import forget_user
from .usecases.keep_balance import credit, take_back
from .usecases.mail_digest import mail_digest
from .usecases.mail_journal import mail_journal
from .usecases.mail_report import mail_report
from .usecases.offer_waitlist import Waitlist
from .usecases.open_account import open_account
from .usecases.plan_booking import Planner
from .usecases.publish_event import forget_contacts, publish_event
from .usecases.queue_login_code import queue_login_code
from .usecases.queue_phone_notice import queue_phone_notice
from .usecases.release_held import release_held
from .usecases.send_payment_link import PaymentLinks
from .usecases.take_delivery_report import take_delivery_report
from .usecases.take_reply import take_reply
from .usecases.tell_of_factor import tell_of_factor
from .usecases.tell_of_request import tell_of_request

_BookingEvent = (
    BookingCreated
    | BookingRescheduled
    | BookingChanged
    | BookingCancelled
    | BookingConfirmed
    | BookingArrived
    | BookingCompleted
    | BookingNoShow
)


@dataclass(frozen=True)
class Handlers:
    """The handlers with what they need; each is given the database's time."""

    settings: Settings
    clock: Clock
    texts: Texts
    providers: Providers
    planner: Planner
    platform_callback_token: str

    def listen(self) -> Consumers:
        """The whole list."""
        consumers = Consumers("notifications")
        access.listen(consumers)
        consumers.on(LoginCodeRequested, name="queue_login_code")(self.login_code)
        consumers.on(PhoneChangeRequested, name="queue_phone_notice")(self.phone_change)
        consumers.on(SecondFactorChanged, name="tell_of_factor")(self.second_factor)
        consumers.on(AccountRegistered, AccountChanged, name="copy_account")(self.account)
        consumers.on(LocationChanged, name="copy_location")(self.location)
        consumers.on(ClientChanged, name="copy_client")(self.client)
        consumers.on(*_BookingEvent.__args__, name="plan_booking")(self.booking)
        consumers.on(DeliveryReportReceived, name="take_delivery_report")(self.delivery_report)
        consumers.on(InboundSmsReceived, name="take_reply")(self.reply)
        consumers.on(TopUpPaid, name="credit_top_up")(self.top_up)
        consumers.on(TopUpReversed, name="take_back_top_up")(self.top_up_reversed)
        consumers.on(*PUBLIC, name="publish_event")(self.public_event)
        consumers.on(WaitlistOffered, name="offer_waitlist")(self.waitlist_offered)
        consumers.on(WaitlistOfferEnded, name="end_waitlist_offer")(self.waitlist_ended)
        consumers.on(PrepaymentRequested, name="send_payment_link")(self.prepayment_requested)
        consumers.on(PrepaymentPaid, PrepaymentExpired, PrepaymentCancelled, name="end_payment_link")(
            self.prepayment_over
        )
        consumers.on(DailyJournalPrepared, name="mail_journal")(self.journal)
        consumers.on(ReportPrepared, name="mail_report")(self.report)
        consumers.on(WeeklyDigestPrepared, name="mail_digest")(self.digest)
        consumers.on(UserErased)(forget_user)
        consumers.on(ReceiptHeld, ReceiptFailed, ReceiptRegistered, name="watch_receipts")(self.receipt)
        consumers.on(BooksDiffer, name="warn_of_books")(self.books_differ)
        consumers.on(BalanceLow, name="warn_of_balance")(self.balance_low)
        consumers.on(SpendingBraked, name="warn_of_spending")(self.spending_braked)
        consumers.on(ProviderStopped, name="warn_of_provider")(self.provider_stopped)
        consumers.on(WebHookPaused, name="warn_of_web_hook")(self.web_hook_paused)
        consumers.on(AccessRequested, name="tell_of_request")(self.access_requested)
        consumers.on(ReplyRefused, name="ask_about_reply")(self.reply_refused)
        consumers.on(BookingUnconfirmed, name="ask_about_unconfirmed")(self.unconfirmed)
        consumers.on(ReviewLeft, name="tell_of_review")(self.review)
        consumers.on(ClientErased, name="forget_contacts")(self.client_erased)
        return consumers

    async def login_code(self, event: LoginCodeRequested, tx: Tx) -> None:
        now = await self.clock.now(tx)
        await queue_login_code(event, tx, texts=self.texts, box=self.providers.box, now=now)

    async def phone_change(self, event: PhoneChangeRequested, tx: Tx) -> None:
        now = await self.clock.now(tx)
        await queue_phone_notice(event, tx, texts=self.texts, box=self.providers.box, now=now)

    async def second_factor(self, event: SecondFactorChanged, tx: Tx) -> None:
        now = await self.clock.now(tx)
        box, house = self.providers.box, self.planner.house
        await tell_of_factor(event, tx, texts=self.texts, box=box, house=house, now=now)

    async def account(self, event: AccountRegistered | AccountChanged, tx: Tx) -> None:
        now = await self.clock.now(tx)
        await copy_account(event, tx, now=now)
        if isinstance(event, AccountRegistered):
            name, trial = self.settings.platform_sender_name, self.settings.trial_credit_minor
            await open_account(tx, event.account.id, name, trial, now)
            await plan_morning(tx, event.account.id, now)

    async def location(self, event: LocationChanged, tx: Tx) -> None:
        await copy_location(event, tx, now=await self.clock.now(tx))

    async def client(self, event: ClientChanged, tx: Tx) -> None:
        await copy_client(event, tx, now=await self.clock.now(tx))

    async def booking(self, event: _BookingEvent, tx: Tx) -> None:
        now = await self.clock.now(tx)
        await self.planner.on_event(event, event.booking, tx, now)
        if not isinstance(event, BookingCreated | BookingChanged):
            await unconfirmed_settled(tx, event.booking, now)

    async def delivery_report(self, event: DeliveryReportReceived, tx: Tx) -> None:
        token = self.platform_callback_token
        now = await self.clock.now(tx)
        await take_delivery_report(event, tx, providers=self.providers, platform_token=token, now=now)

    async def reply(self, event: InboundSmsReceived, tx: Tx) -> None:
        if event.provider == TELEGRAM:
            await take_chat_message(event, tx, token=self.platform_callback_token, now=await self.clock.now(tx))
        else:
            await take_reply(event, tx, providers=self.providers, now=await self.clock.now(tx))

    async def public_event(self, event: Event, tx: Tx) -> None:
        await publish_event(event, tx, now=await self.clock.now(tx))

    async def top_up(self, event: TopUpPaid, tx: Tx) -> None:
        assert event.account_id is not None
        now = await self.clock.now(tx)
        if await credit(tx, event.account_id, event.amount.amount, event.top_up_id, now, kind="topup"):
            await release_held(tx, event.account_id, now)

    async def top_up_reversed(self, event: TopUpReversed, tx: Tx) -> None:
        assert event.account_id is not None
        now = await self.clock.now(tx)
        await take_back(tx, event.account_id, event.amount.amount, event.top_up_id, now)

    async def waitlist_offered(self, event: WaitlistOffered, tx: Tx) -> None:
        await Waitlist(self.planner).offered(event, tx, await self.clock.now(tx))

    async def waitlist_ended(self, event: WaitlistOfferEnded, tx: Tx) -> None:
        await Waitlist(self.planner).ended(event, tx, await self.clock.now(tx))

    async def prepayment_requested(self, event: PrepaymentRequested, tx: Tx) -> None:
        await PaymentLinks(self.planner).requested(event, tx, await self.clock.now(tx))

    async def prepayment_over(self, event: PrepaymentPaid | PrepaymentExpired | PrepaymentCancelled, tx: Tx) -> None:
        await PaymentLinks(self.planner).over(event, tx, await self.clock.now(tx))

    async def journal(self, event: DailyJournalPrepared, tx: Tx) -> None:
        now = await self.clock.now(tx)
        await mail_journal(event, tx, texts=self.texts, house=self.planner.house, now=now)

    async def report(self, event: ReportPrepared, tx: Tx) -> None:
        await mail_report(event, tx, texts=self.texts, house=self.planner.house)

    async def digest(self, event: WeeklyDigestPrepared, tx: Tx) -> None:
        house, public_url = self.planner.house, self.planner.public_url
        now = await self.clock.now(tx)
        await mail_digest(event, tx, texts=self.texts, public_url=public_url, house=house, now=now)

    async def receipt(self, event: ReceiptHeld | ReceiptFailed | ReceiptRegistered, tx: Tx) -> None:
        await self._alarms.receipt(event, tx, await self.clock.now(tx))

    async def books_differ(self, event: BooksDiffer, tx: Tx) -> None:
        await self._alarms.books_differ(event, tx, await self.clock.now(tx))

    async def balance_low(self, event: BalanceLow, tx: Tx) -> None:
        await self._alarms.balance_low(event, tx, await self.clock.now(tx))

    async def spending_braked(self, event: SpendingBraked, tx: Tx) -> None:
        await self._alarms.spending_braked(event, tx, await self.clock.now(tx))

    async def provider_stopped(self, event: ProviderStopped, tx: Tx) -> None:
        await self._alarms.provider_stopped(event, tx, await self.clock.now(tx))

    async def web_hook_paused(self, event: WebHookPaused, tx: Tx) -> None:
        await self._alarms.web_hook_paused(event, tx, await self.clock.now(tx))

    async def access_requested(self, event: AccessRequested, tx: Tx) -> None:
        house, public_url = self.planner.house, self.planner.public_url
        now = await self.clock.now(tx)
        await tell_of_request(event, tx, texts=self.texts, public_url=public_url, house=house, now=now)

    async def reply_refused(self, event: ReplyRefused, tx: Tx) -> None:
        await hear_refused_reply(event, tx, now=await self.clock.now(tx))

    async def unconfirmed(self, event: BookingUnconfirmed, tx: Tx) -> None:
        await hear_unconfirmed(event, tx, now=await self.clock.now(tx))

    async def client_erased(self, event: ClientErased, tx: Tx) -> None:
        await forget_contacts(event, tx)
        await forget_client(event, tx, now=await self.clock.now(tx))

    async def review(self, event: ReviewLeft, tx: Tx) -> None:
        await self._alarms.review(event, tx, await self.clock.now(tx))

    @property
    def _alarms(self) -> Alarms:
        return Alarms(self.texts, self.planner.public_url, self.planner.house)
