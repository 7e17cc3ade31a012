"""The only place where fiscal is wired together."""

from pathlib import Path

import fiscal
from fiscal.api import cash, receipts, registers, settlements, shifts
from fiscal.consumers import build_consumers
from fiscal.providers.checkbox import Checkbox
from fiscal.settings import Settings
from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.fiscal_shifts import follow_shifts
from fiscal.usecases.lanes import CHANNEL
from fiscal.usecases.receipt_loop import ReceiptLoop
from kit.edge import texts_of
from kit.loops import every
from kit.secrets import SecretBox
from kit.service import Service, new_service
from kit.settings import read_secret

MIGRATIONS = Path(__file__).parents[2] / "migrations"
FOLLOW_SHIFTS_EVERY_S = 2.0


def build(settings: Settings) -> Service:
    """The service with all its parts; nothing is started yet."""
    box = SecretBox(read_secret(settings.secrets_key_file, "key that seals Checkbox credentials"))
    service = new_service(
        "fiscal",
        settings,
        texts=texts_of(fiscal.__file__),
        migrations_folder=MIGRATIONS,
        routers=[registers.router, shifts.router, settlements.router, cash.router, receipts.router],
        consumers=build_consumers(),
    )
    checkbox = Checkbox(settings.checkbox_url, settings.checkbox_timeout_s)
    service.on_stop.append(checkbox.close)
    desk = FiscalDesk(service.db, checkbox, box, settings.pace)
    receipt_loop = ReceiptLoop(
        desk, service.wakeups.of(CHANNEL), settings.lanes_at_once, grace_s=settings.shutdown_grace_s
    )
    service.loops["receipts"] = receipt_loop.run
    service.loops["shifts"] = lambda: every(FOLLOW_SHIFTS_EVERY_S, lambda: follow_shifts(desk))
    service.state |= {"box": box, "desk": desk, "receipt_loop": receipt_loop}
    return service
