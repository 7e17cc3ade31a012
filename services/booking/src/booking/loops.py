"""What the worker does by itself beside the calendar."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from kit.loops import each, every
from kit.messaging import now_utc
from kit.service import Service

from .errors import DomainTaken
from .providers.dns import Dns
from .settings import Settings
from .usecases.bookings.judge_unconfirmed import judge_unconfirmed
from .usecases.clients.keep_cards import forget_old_cards
from .usecases.clients.repeat_erasures import REPEAT_EVERY_S, repeat_erasures
from .usecases.copies.settle_departure import settle_departures
from .usecases.reports.prepare_journals import prepare_due_journals
from .usecases.reports.prepare_reports import prepare_due_reports
from .usecases.site.captcha import forget_used
from .usecases.site.own_domain import check_domain, domains_to_look_at


def add_loops(service: Service, settings: Settings) -> None:
    """Journals and reports at their hour, old cards and those to be erased again, visits of who left, visits nobody
    confirmed, domains, puzzles."""
    dns = Dns(settings.dns_servers, settings.dns_timeout_s)
    service.state["dns"] = dns

    async def journals() -> None:
        await prepare_due_journals(service.db, now_utc())
        await prepare_due_reports(service.db, now_utc())

    async def domains() -> None:
        async with service.db.system_tx() as tx:
            waiting = await domains_to_look_at(tx, now_utc())
            await forget_used(tx, now_utc())

        async def look(account_id: UUID) -> None:
            with suppress(DomainTaken):  # its state is looked at again, and its owner is told when asking
                await check_domain(service.db, dns, account_id, now_utc())

        await each("own_domains", waiting, look)

    service.loops["daily_journals"] = lambda: every(settings.journals_every_s, journals)

    async def old_cards() -> None:
        await forget_old_cards(service.db, now_utc())

    service.loops["client_retention"] = lambda: every(settings.retention_every_s, old_cards)

    async def erasures() -> None:
        await repeat_erasures(service.db, now_utc())

    service.loops["erasures"] = lambda: every(REPEAT_EVERY_S, erasures)

    async def departures() -> None:
        await settle_departures(service.db, now_utc())

    service.loops["departures"] = lambda: every(settings.departures_every_s, departures)

    async def unconfirmed() -> None:
        await judge_unconfirmed(service.db, now_utc())

    service.loops["unconfirmed"] = lambda: every(settings.unconfirmed_every_s, unconfirmed)
    service.loops["own_domains"] = lambda: every(settings.domains_every_s, domains)
