"""What Checkbox remembers, and the verbs of shifts and receipts."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from simulators.bench import Bench
from simulators.checkbox import refusals
from simulators.checkbox.hooks import push
from simulators.checkbox.people import Cashier, Register, everyone, registers
from simulators.checkbox.receipts import Receipt
from simulators.checkbox.refusals import Refused, invalid
from simulators.checkbox.shifts import LONGEST, Shift, Step
from simulators.checkbox.sums import Sums, count, whole
from simulators.faults import Fault
from simulators.switches import Switch, Switches

NAME = "checkbox"
KEPT_RECEIPTS = 100_000
KEPT_SHIFTS = 20_000
SHIFT_S, RECEIPT_S, OFFLINE_S, SLOW_S = 0.2, 0.15, 2.0, 30.0
OFFLINE_LIMIT = timedelta(hours=36)


class Office:
    """Cashiers, registers, shifts and receipts; nobody sees or uses those of another organisation."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.switches = Switches(
            {
                "client_name_required": Switch(True),
                "no_shift_is": Switch("null", ("null", "404")),
                "repeated_receipt": Switch("refuse", ("refuse", "return_existing")),
                "receipts_per_second": Switch(0),
                "webhook_copies": Switch(1),
                "webhook_second_s": Switch(0.05),
                "webhook_shuffled": Switch(False),
            }
        )
        self.cashiers: dict[str, Cashier] = {}
        self.registers: dict[str, Register] = {}
        self.shifts: OrderedDict[str, Shift] = OrderedDict()
        self.receipts: OrderedDict[str, Receipt] = OrderedDict()
        self._reports: OrderedDict[str, tuple[str, dict[str, Any]]] = OrderedDict()
        self._of_cashier: dict[str, Shift] = {}
        self._of_register: dict[str, Shift] = {}
        self._sold: dict[str, list[datetime]] = {}
        self.reset()

    def reset(self) -> None:
        self.switches.reset()
        self.cashiers = everyone()
        self.registers = registers()
        for known in (self.shifts, self.receipts, self._reports, self._of_cashier, self._of_register, self._sold):
            known.clear()

    def cashier_of(self, token: str) -> Cashier | None:
        return next((cashier for cashier in self.cashiers.values() if token in cashier.tokens), None)

    def shift_of(self, cashier: Cashier) -> Shift | None:
        """The cashier's shift that is being opened, open or being closed."""
        return self._at_work(self._of_cashier.get(cashier.login))

    def shift_at(self, register: Register) -> Shift | None:
        return self._at_work(self._of_register.get(register.licence_key))

    def _at_work(self, shift: Shift | None) -> Shift | None:
        if shift is None:
            return None
        now = self.bench.clock.now()
        if shift.auto_close_at and shift.auto_close_at <= now and shift.status(now) == "OPENED":
            self.begin_closing(shift, None)
        return shift if shift.is_at_work(now) else None

    def open_shift(self, cashier: Cashier, register: Register, body: dict[str, Any], fault: Fault | None) -> Shift:
        """Begin to open a shift; whether it opened is seen later."""
        mine, here = self.shift_of(cashier), self.shift_at(register)
        if mine is not None:
            same = mine.register is register
            raise Refused(400, refusals.CASHIER_AT_WORK if same else refusals.CASHIER_ELSEWHERE)
        if here is not None:
            raise Refused(400, refusals.REGISTER_TAKEN)
        shift_id = read_uuid(body, "id")
        if shift_id in self.shifts:
            raise Refused(400, refusals.SHIFT_KNOWN)
        error = None
        if not cashier.has_signature or (fault and fault.mode == "signature_inactive"):
            error = refusals.SIGNATURE_INACTIVE
        elif fault and fault.mode in {"key_expired", "open_fails"}:
            error = refusals.KEY_EXPIRED if fault.mode == "key_expired" else refusals.OPENING_FAILED
        shift = Shift(
            shift_id,
            register.serial(),
            cashier,
            register,
            self._step("SHIFT_OPEN", SHIFT_S, error, fault),
            auto_close_at=_moment(body, "auto_close_at"),
        )
        self.shifts[shift.id] = shift
        _bound(self.shifts, KEPT_SHIFTS)
        self._of_cashier[cashier.login] = self._of_register[register.licence_key] = shift
        self._accept(shift, "shift_open", shift.id, 0, error)
        self._tell(register, shift.opening, lambda now: {"shift": shift.shown(now)})
        return shift

    def begin_closing(self, shift: Shift, fault: Fault | None) -> None:
        error = refusals.CLOSING_FAILED if fault and fault.mode == "close_fails" else None
        shift.closing = self._step("Z_REPORT", SHIFT_S, error, fault)
        if error is None:
            shift.z_report = shift.report(shift.closing.ends_at, is_z=True)
            self.keep_report(shift, shift.z_report)
        self._accept(shift, "z_report", shift.id, shift.register.cash, error)
        self._tell(shift.register, shift.closing, lambda now: {"shift": shift.shown(now)})

    def keep_report(self, shift: Shift, report: dict[str, Any]) -> None:
        self._reports[report["id"]] = shift.register.organisation, report
        _bound(self._reports, KEPT_SHIFTS)

    def reports_of(self, cashier: Cashier) -> list[dict[str, Any]]:
        """Reports of the cashier's organisation, oldest first."""
        return [report for owner, report in self._reports.values() if owner == cashier.organisation]

    def shift_named(self, shift_id: str, cashier: Cashier) -> Shift | None:
        shift = self.shifts.get(shift_id)
        return shift if shift and shift.register.organisation == cashier.organisation else None

    def receipt_named(self, receipt_id: str, cashier: Cashier) -> Receipt | None:
        receipt = self.receipts.get(receipt_id)
        return receipt if receipt and receipt.shift.register.organisation == cashier.organisation else None

    def end_shift(self, shift: Shift) -> None:
        """Close a shift behind the cashier's back, at once."""
        self.begin_closing(shift, None)
        now = self.bench.clock.now()
        assert shift.closing is not None
        shift.opening.half_at = shift.opening.ends_at = min(shift.opening.ends_at, now)
        shift.closing.half_at = shift.closing.ends_at = now

    def open_shift_of(self, cashier: Cashier) -> Shift:
        """The shift in which this cashier may sell now; `Refused` otherwise."""
        shift = self.open_shift_of_any_age(cashier)
        if self.bench.clock.now() - shift.opening.ends_at > LONGEST:
            raise Refused(400, refusals.SHIFT_TOO_OLD)
        return shift

    def open_shift_of_any_age(self, cashier: Cashier) -> Shift:
        """The cashier's open shift, though it may be too old to sell in; `Refused` otherwise."""
        shift, now = self.shift_of(cashier), self.bench.clock.now()
        if shift is None:
            raise Refused(400, refusals.SHIFT_CLOSED)
        status = shift.status(now)
        if status in {"CREATED", "OPENING"}:
            raise Refused(409, refusals.SHIFT_OPENING)
        if status != "OPENED":
            raise Refused(400, refusals.SHIFT_CLOSED)
        return shift

    def sell(self, cashier: Cashier, body: dict[str, Any], fault: Fault | None) -> Receipt:
        """Accept a receipt of goods or of their return."""
        sums = count(body)
        receipt_id = read_uuid(body, "id")
        if (known := self._repeated(receipt_id, cashier)) is not None:
            return known
        shift = self.open_shift_of(cashier)
        self._hold_rate(shift.register)
        return self._record(shift, receipt_id, body, sums, 0, fault)

    def service(self, cashier: Cashier, body: dict[str, Any], fault: Fault | None) -> Receipt:
        """Accept service cash: a positive value comes in, a negative one goes out."""
        payment = body.get("payment")
        if not isinstance(payment, dict):
            raise invalid(["payment"], "field required", "value_error.missing")
        kopecks = whole(payment.get("value"), ["payment", "value"], above=None)
        if payment.get("type", "CASH") != "CASH" or kopecks == 0:
            raise invalid(["payment"], "service receipts are in cash and not of zero")
        receipt_id = read_uuid(body, "id")
        if (known := self._repeated(receipt_id, cashier)) is not None:
            return known
        shift = self.open_shift_of(cashier)
        if kopecks < 0 and shift.register.cash + kopecks < 0:
            raise Refused(400, refusals.NO_CASH)
        return self._record(shift, receipt_id, body, None, kopecks, fault)

    def _repeated(self, receipt_id: str, cashier: Cashier) -> Receipt | None:
        if receipt_id not in self.receipts:
            return None
        own = self.receipt_named(receipt_id, cashier)
        if own is None or self.switches["repeated_receipt"] == "refuse":
            raise Refused(400, refusals.RECEIPT_KNOWN)
        return own

    def _hold_rate(self, register: Register) -> None:
        allowed = int(self.switches["receipts_per_second"])
        if not allowed:
            return
        now = self.bench.clock.now()
        lately = [at for at in self._sold.get(register.licence_key, []) if now - at < timedelta(seconds=1)]
        if len(lately) >= allowed:
            raise Refused(429, refusals.TOO_MANY)
        self._sold[register.licence_key] = [*lately, now]

    def _record(
        self, shift: Shift, receipt_id: str, body: dict[str, Any], sums: Sums | None, kopecks: int, fault: Fault | None
    ) -> Receipt:
        error = refusals.RECEIPT_REJECTED if fault and fault.mode == "receipt_error" else None
        step = self._step("RECEIPT", RECEIPT_S, error, fault)
        is_offline = (fault is not None and fault.mode == "offline") or self._is_offline(shift.register)
        sent_at: datetime | None = step.ends_at
        if is_offline:
            sent_at = None
            if fault and fault.mode == "offline":
                sent_at = step.ends_at + (
                    self.bench.clock.stretched(OFFLINE_S) if fault.delay_s is None else timedelta(seconds=fault.delay_s)
                )
            self._spend_offline_code(shift.register)
        receipt = Receipt(
            receipt_id,
            shift.register.serial(),
            shift,
            body,
            sums,
            kopecks,
            step,
            f"TEST-{uuid4().hex[:6].upper()}",
            is_offline,
            sent_at,
        )
        self.receipts[receipt.id] = receipt
        _bound(self.receipts, KEPT_RECEIPTS)
        if error is None:
            if sums is not None:
                shift.take_receipt(sums)
            else:
                shift.take_service(kopecks)
            root = "receipt" if sums is not None else "service_receipt"
            self._tell(shift.register, step, lambda now: {root: receipt.shown(now)})
        self._accept(shift, receipt.kind.lower(), receipt.id, receipt.amount, error)
        return receipt

    def _is_offline(self, register: Register) -> bool:
        if register.is_tax_office_up and not register.stays_offline:
            return False
        register.offline_since = register.offline_since or self.bench.clock.now()
        return True

    def _spend_offline_code(self, register: Register) -> None:
        since = register.offline_since
        if since is not None and self.bench.clock.now() - since > OFFLINE_LIMIT:
            raise Refused(400, refusals.OFFLINE_TOO_LONG)
        if register.offline_codes <= 0:
            raise Refused(400, refusals.NO_CODES)
        register.offline_codes -= 1

    def go_online(self, register: Register) -> None:
        """The tax office answers again: what was made offline is sent."""
        register.is_tax_office_up, register.stays_offline, register.offline_since = True, False, None
        now = self.bench.clock.now()
        for receipt in self.receipts.values():
            if receipt.shift.register is register and receipt.sent_to_tax_office_at is None:
                receipt.sent_to_tax_office_at = max(now, receipt.step.ends_at)

    def deliver(self, receipt: Receipt, way: str, to: Any) -> None:
        """Note that a receipt was sent to a client by e-mail or SMS."""
        self._accept(receipt.shift, f"receipt_{way}", receipt.id, receipt.amount, None, to=to)

    def _step(self, kind: str, seconds: float, error: str | None, fault: Fault | None) -> Step:
        now, clock = self.bench.clock.now(), self.bench.clock
        lasts = clock.stretched(seconds)
        if fault and fault.mode == "slow_done":
            lasts = timedelta(seconds=SLOW_S if fault.delay_s is None else fault.delay_s)
        return Step(now, now + lasts / 4, now + lasts, error, kind)

    def _accept(self, shift: Shift, kind: str, subject_id: str, kopecks: int, error: str | None, **facts: Any) -> None:
        self.bench.ledger(NAME).accept(
            self.bench.clock.now(),
            shift.register.licence_key,
            kind,
            id=subject_id,
            amount=kopecks,
            cashier=shift.cashier.login,
            shift_id=shift.id,
            ends_as="ERROR" if error else "DONE",
            **facts,
        )

    def _tell(self, register: Register, step: Step, event: Any) -> None:
        if register.hook is None or step.error:
            return
        hook, clock = register.hook, self.bench.clock
        delay = timedelta(seconds=self.bench.chance.random() if self.switches["webhook_shuffled"] else 0)

        async def tell() -> None:
            await clock.sleep_until(step.ends_at + delay)
            await push(clock, hook, event(clock.now()), self.switches.shown())

        self.bench.later(NAME, tell())


def read_uuid(body: dict[str, Any], name: str) -> str:
    """The id that the caller has chosen, or a new one; `Refused` 422 where it is not a UUID."""
    value = body.get(name)
    if value is None:
        return str(uuid4())
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError) as error:
        raise invalid([name], "value is not a valid uuid", "type_error.uuid") from error


def _moment(body: dict[str, Any], name: str) -> datetime | None:
    value = body.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise invalid([name], "invalid datetime format", "value_error.datetime") from error
    if moment.tzinfo is None:
        raise invalid([name], "the moment needs an offset", "value_error.datetime")
    return moment


def _bound(known: OrderedDict[str, Any], limit: int) -> None:
    while len(known) > limit:
        known.popitem(last=False)
