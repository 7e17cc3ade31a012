"""The only place where fiscal is wired together."""

from pathlib import Path

import fiscal
from fiscal.api import (
    acquirers,
    cash,
    cash_desk,
    finance,
    prepayments,
    receipts,
    reconciliation,
    registers,
    settlements,
    shifts,
    subscription,
    top_ups,
)
from fiscal.consumers import build_consumers, hear_of_checkbox, hear_of_payments
from fiscal.providers.acquirers.liqpay import LiqPay
from fiscal.providers.acquirers.monobank import Monobank
from fiscal.providers.acquirers.wayforpay import WayForPay
from fiscal.providers.acquirers.words import Acquirer
from fiscal.providers.checkbox import Checkbox
from fiscal.settings import Settings
from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.close_shifts import close_shifts
from fiscal.usecases.deliver_receipts import deliver_receipts
from fiscal.usecases.fiscal_shifts import follow_shifts
from fiscal.usecases.follow_offline import follow_offline
from fiscal.usecases.hooks import CHANNEL as HOOKS
from fiscal.usecases.hooks import forget_events, look_at_shifts, set_hooks, want_hooks
from fiscal.usecases.lanes import CHANNEL
from fiscal.usecases.payments.acquiring import CHANNEL as PAYMENTS
from fiscal.usecases.payments.acquiring import Acquiring, platform_shops
from fiscal.usecases.payments.payment_loop import PaymentLoop
from fiscal.usecases.prepare_digests import prepare_digests
from fiscal.usecases.receipt_loop import ReceiptLoop
from fiscal.usecases.reconcile import reconcile_yesterday
from kit.edge import texts_of
from kit.loops import every
from kit.messaging import now_utc
from kit.secrets import SecretBox
from kit.service import Service, new_service
from kit.settings import read_secret
from kit.wakeups import wait_for

MIGRATIONS = Path(__file__).parents[2] / "migrations"
FOLLOW_SHIFTS_EVERY_S = 2.0
FORGET_EVERY_S = 3600.0
RECONCILE_EVERY_S = 900.0
"""An account is compared once a day, in the first quarter of an hour after its midnight."""


def build(settings: Settings) -> Service:
    """The service with all its parts; nothing is started yet."""
    box = SecretBox(read_secret(settings.secrets_key_file, "key that seals Checkbox credentials"))
    service = new_service(
        "fiscal",
        settings,
        texts=texts_of(fiscal.__file__),
        migrations_folder=MIGRATIONS,
        routers=[
            registers.router,
            shifts.router,
            settlements.router,
            cash.router,
            receipts.router,
            finance.router,
            reconciliation.router,
            cash_desk.router,
            subscription.router,
            subscription.public,
            top_ups.router,
            acquirers.router,
            prepayments.router,
            prepayments.public,
        ],
        consumers=build_consumers(),
    )
    checkbox = Checkbox(settings.checkbox_url, settings.checkbox_timeout_s)
    service.on_stop.append(checkbox.close)
    desk = FiscalDesk(service.db, checkbox, box, settings.pace)
    receipt_loop = ReceiptLoop(
        desk, service.wakeups.of(CHANNEL), settings.lanes_at_once, grace_s=settings.shutdown_grace_s
    )
    service.loops["receipts"] = receipt_loop.run
    service.loops["reconciliation"] = lambda: every(
        RECONCILE_EVERY_S, lambda: reconcile_yesterday(service.db, now_utc())
    )
    service.loops["digests"] = lambda: every(RECONCILE_EVERY_S, lambda: prepare_digests(service.db, now_utc()))
    service.loops["shifts"] = lambda: every(FOLLOW_SHIFTS_EVERY_S, lambda: follow_shifts(desk))
    service.state |= {"box": box, "desk": desk, "receipt_loop": receipt_loop}
    add_checkbox_loops(service, settings, desk)
    add_payments(service, settings, box)
    return service


def add_checkbox_loops(service: Service, settings: Settings, desk: FiscalDesk) -> None:
    """What goes on around receipts: shifts that end with their day, web hooks, deliveries, work offline."""
    callbacks_url = (settings.callbacks_url or settings.public_url).rstrip("/")
    wake = service.wakeups.of(HOOKS)

    async def hooks() -> None:
        while True:
            wake.clear()
            await want_hooks(desk)
            await set_hooks(desk, callbacks_url)
            await look_at_shifts(desk)
            await wait_for(wake, FOLLOW_SHIFTS_EVERY_S)

    async def close() -> None:
        while await close_shifts(desk):  # all of a country's end within the same minutes
            pass

    async def deliver() -> None:
        while await deliver_receipts(desk):
            pass

    async def offline() -> None:
        while await follow_offline(desk):
            pass

    async def forget() -> None:
        await forget_events(desk)

    service.loops["checkbox_hooks"] = hooks
    service.loops["checkbox_close"] = lambda: every(FOLLOW_SHIFTS_EVERY_S, close)
    service.loops["checkbox_deliver"] = lambda: every(FOLLOW_SHIFTS_EVERY_S, deliver)
    service.loops["checkbox_offline"] = lambda: every(FOLLOW_SHIFTS_EVERY_S, offline)
    service.loops["checkbox_forget"] = lambda: every(FORGET_EVERY_S, forget)
    hear_of_checkbox(service.consumers, desk.box)


def add_payments(service: Service, settings: Settings, box: SecretBox) -> None:
    """Payments by card: acquirers, their notices and the loop over both."""
    timeout_s = settings.acquirer_timeout_s
    acquirers: list[Acquirer] = [
        LiqPay(settings.liqpay_url, timeout_s),
        Monobank(settings.monobank_url, timeout_s),
        WayForPay(settings.wayforpay_url, settings.wayforpay_api_url, timeout_s),
    ]
    for acquirer in acquirers:
        service.on_stop.append(acquirer.close)
    acquiring = Acquiring(
        db=service.db,
        acquirers={acquirer.name: acquirer for acquirer in acquirers},
        platform=platform_shops(settings.platform_acquirers_file, is_public=settings.public_url.startswith("https:")),
        box=box,
        pace=settings.payment_pace,
        public_url=settings.public_url.rstrip("/"),
        callbacks_url=(settings.callbacks_url or settings.public_url).rstrip("/"),
    )
    hear_of_payments(service.consumers, acquiring)
    payment_loop = PaymentLoop(acquiring, service.wakeups.of(PAYMENTS))
    service.loops["payments"] = payment_loop.run
    service.state |= {"acquiring": acquiring, "payment_loop": payment_loop}
