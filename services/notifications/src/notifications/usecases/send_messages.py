"""Hand claimed messages to their providers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select

from kit import telemetry
from kit.db import Database
from kit.texts import Texts
from notifications.clock import Clock
from notifications.domain.carriers import Channel
from notifications.domain.facts import Kind
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown
from notifications.domain.routing import INTEGRICA
from notifications.measures import Measures
from notifications.providers import OutgoingSms
from notifications.providers.channels import Channels
from notifications.providers.factory import Providers
from notifications.providers.mail import OutgoingMail
from notifications.providers.web_push import Subscription
from notifications.tables import AccountCopy, PushSubscription, TelegramChat
from notifications.unsubscribing import Unsubscribing

from .attach_report import enclosure_of
from .claim_messages import ClaimedMessage
from .record_outcome import Recorder
from .subscribe_browser import opened

log = structlog.get_logger("sender")

HandOver = Callable[[], Awaitable[Outcome]]
"""The call itself, with everything that it needs at hand."""

ONE_STORY = timedelta(minutes=1)
"""What leaves this soon after the act belongs to the act's own trace; a reminder days later is linked to it."""


@dataclass(frozen=True)
class Sender:
    """Call, record and commit; the claim was committed before."""

    db: Database
    clock: Clock
    providers: Providers
    channels: Channels
    texts: Texts
    recorder: Recorder
    unsubscribing: Unsubscribing
    measures: Measures

    async def work(self, claim: ClaimedMessage) -> None:
        """Send one message. A process that dies in here leaves the claim, whose lease makes it unknown."""
        follow = telemetry.continued if claim.claimed_at - claim.created_at < ONE_STORY else telemetry.linked
        with follow(claim.trace, "send message"):
            outcome = await self._handed_over(claim)
            self.measures.count(claim.provider.provider, outcome)
            await self.recorder.record(claim, outcome)

    async def _handed_over(self, claim: ClaimedMessage) -> Outcome:
        try:
            hand_over = await self._prepared(claim)
        except Exception as error:
            # Nothing has left yet, whatever is wrong: the database may be away, or what should go along is broken.
            log.error("a message could not be prepared", notification_id=str(claim.notification_id), exc_info=error)
            return NotSent(f"not prepared: {type(error).__name__}")
        with self.measures.call(claim.provider.provider):
            return await hand_over()

    async def _prepared(self, claim: ClaimedMessage) -> HandOver:
        match claim.channel:
            case Channel.EMAIL:
                mail = await self._mail(claim)
                return lambda: self.channels.mail.send(mail)
            case Channel.TELEGRAM:
                return lambda: self._telegram(claim)
            case Channel.WEB_PUSH:
                browsers, title = await self._browsers(UUID(claim.address)), await self._subject(claim)
                return lambda: self._push(claim, browsers, title)
            case _:
                return self._sms(claim)

    def _sms(self, claim: ClaimedMessage) -> HandOver:
        account = claim.provider
        try:
            client = self.providers.of(account)
        except (ValueError, KeyError):
            return _refused
        own = account.provider == INTEGRICA
        wanted = OutgoingSms(
            number=claim.number,
            phone_e164=claim.address,
            sender_name=self.providers.platform_sender_name if own else account.sender_name,
            text=claim.text,
            channel=Channel.VOICE if claim.channel == Channel.VOICE else Channel.SMS,
            viber_sender_name=account.viber_sender_name if claim.recipient_type == "client" else None,
        )
        return lambda: client.send(wanted)

    async def _mail(self, claim: ClaimedMessage) -> OutgoingMail:
        report = None
        if claim.kind == Kind.REPORT:
            report = await enclosure_of(self.db, self.texts, claim.account_id, claim.notification_id)
        link = None
        if claim.recipient_type == "client" and claim.recipient_id is not None:
            link = self.unsubscribing.url(claim.account_id, claim.recipient_id)
        return OutgoingMail(
            key=str(claim.claim_id),
            to=claim.address,
            subject=report.subject if report else await self._subject(claim),
            text=claim.text,
            at=claim.claimed_at,
            attachments=report.attachments if report else (),
            unsubscribe_url=link,
        )

    async def _telegram(self, claim: ClaimedMessage) -> Outcome:
        if self.channels.telegram is None:
            return NotSent("no Telegram bot is set up")
        outcome = await self.channels.telegram.send(claim.address, claim.text)
        if isinstance(outcome, Refused) and outcome.error is ErrorClass.GONE:
            async with self.db.system_tx() as tx:
                await tx.execute(delete(TelegramChat).where(TelegramChat.chat_id == claim.address))
        return outcome

    async def _push(self, claim: ClaimedMessage, browsers: Sequence[tuple[UUID, Subscription]], title: str) -> Outcome:
        """To every browser of the person: one that took it is enough, and those that are gone are forgotten."""
        payload = {"title": title, "body": claim.text, "id": str(claim.notification_id)}
        ttl_s = max(60, int((claim.useful_until - claim.claimed_at).total_seconds()))
        outcomes: list[Outcome] = []
        for identifier, browser in browsers:
            outcome = await self.channels.push.send(browser, payload, ttl_s=ttl_s, topic=claim.notification_id.hex)
            if isinstance(outcome, Refused) and outcome.error is ErrorClass.GONE:
                async with self.db.system_tx() as tx:
                    await tx.execute(delete(PushSubscription).where(PushSubscription.id == identifier))
            outcomes.append(outcome)
        return best_of(outcomes)

    async def _browsers(self, user_id: UUID) -> list[tuple[UUID, Subscription]]:
        async with self.db.system_tx() as tx:
            rows = (await tx.scalars(select(PushSubscription).where(PushSubscription.user_id == user_id))).all()
        return [(row.id, browser) for row in rows if (browser := opened(row, self.providers.box)) is not None]

    async def _subject(self, claim: ClaimedMessage) -> str:
        known = self.texts.find(claim.language, f"subject.{claim.recipient_type}.{claim.kind}")
        if known:
            return known
        async with self.db.tx(claim.account_id) as tx:
            account = await tx.get(AccountCopy, claim.account_id)
        return account.name if account else "Zapys"


async def _refused() -> Outcome:
    return Refused(ErrorClass.AUTH, "", "the stored secret cannot be opened")


def best_of(outcomes: Sequence[Outcome]) -> Outcome:
    """What came of a message to several browsers of one person: it reached them, may have, or surely did not."""
    for wanted in (Accepted, Unknown, NotSent):
        found = next((outcome for outcome in outcomes if isinstance(outcome, wanted)), None)
        if found is not None:
            return found
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    kept = next((outcome for outcome in refused if outcome.error is not ErrorClass.GONE), None)
    return kept or (refused[0] if refused else Refused(ErrorClass.GONE, "", "no browser is subscribed any more"))
