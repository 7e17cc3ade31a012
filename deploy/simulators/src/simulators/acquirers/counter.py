"""The counter that all acquirers have: a hosted page, what the payer does there, and the notices that follow."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader

from simulators.bench import Bench
from simulators.callbacks import call, until_taken
from simulators.switches import Switch, Switches

# What the payer may press, and the state that each acquirer gives a name of its own.
OUTCOMES = ("pay", "decline", "wait", "close")
FINAL = frozenset({"paid", "declined", "refunded", "expired"})

_templates = Environment(loader=PackageLoader("simulators"), autoescape=True)


@dataclass
class Payment:
    """One order of a shop, with its state: new, waiting, paid, declined, refunded or expired."""

    id: str
    account: str
    order_id: str
    amount_kopecks: int
    currency: str
    description: str
    notice_url: str
    return_url: str
    created_at: datetime
    valid_until: datetime | None = None
    state: str = "new"
    changed_at: datetime | None = None
    refunds: list[tuple[str, int]] = field(default_factory=list)
    """What went back, by the name that the shop gave to it."""

    @property
    def refunded(self) -> int:
        return sum(amount for _, amount in self.refunds)


@dataclass(frozen=True)
class Notice:
    """A call to the shop about a state of a payment."""

    body: bytes
    headers: dict[str, str]


def notice_switches(**more: Switch) -> Switches:
    """How notices may misbehave, with the acquirer's own switches beside."""
    return Switches(
        {
            "notice_copies": Switch(1),
            "notice_delay_s": Switch(0.0),
            "notice_lost": Switch(False),
            "notice_reversed": Switch(False),
            "notice_wrong_signature": Switch(False),
            "notice_other_amount": Switch(False),
            "notice_minute_s": Switch(0.1),
            **more,
        }
    )


class Counter:
    """Payments of one acquirer, and the page on which they are made.

    `noted` writes the notice of a payment in its present state, `taken` judges the shop's answer to one.
    """

    def __init__(
        self,
        bench: Bench,
        name: str,
        switches: Switches,
        *,
        noted: Callable[[Payment], Notice],
        taken: Callable[[Payment, int, bytes], bool],
        retry_minutes: tuple[float, ...],
    ) -> None:
        self._bench = bench
        self._name = name
        self._switches = switches
        self._noted = noted
        self._taken = taken
        self._retry_minutes = retry_minutes
        self.payments: dict[str, Payment] = {}
        self.router = APIRouter()
        self.router.add_api_route("/page/{payment_id}", self.page, methods=["GET"])
        self.router.add_api_route("/page/{payment_id}", self.press, methods=["POST"])

    def reset(self) -> None:
        self.payments.clear()

    def place(self, payment: Payment) -> None:
        self.payments[payment.id] = payment
        self._accept(payment, "order")

    def by_order(self, account: str, order_id: str) -> Payment | None:
        """The newest payment of an order."""
        found = [known for known in self.payments.values() if (known.account, known.order_id) == (account, order_id)]
        return self.aged(found[-1]) if found else None

    def aged(self, payment: Payment) -> Payment:
        """The payment, expired where its time has run out; an expiry is told to nobody."""
        if payment.valid_until and payment.state == "new" and payment.valid_until <= self._bench.clock.now():
            payment.state, payment.changed_at = "expired", payment.valid_until
        return payment

    async def page(self, payment_id: str) -> Response:
        payment = self.payments.get(payment_id)
        if payment is None:
            return HTMLResponse("Платіж не знайдено", status_code=404)
        self.aged(payment)
        html = _templates.get_template("payment.html").render(
            payment=payment, provider=self._name, is_open=payment.state not in FINAL, name=self._name
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    async def press(self, payment_id: str, outcome: str = Form()) -> Response:
        """What the payer does: pay, decline, wait (for 3-D Secure) or close."""
        payment = self.payments.get(payment_id)
        if payment is None:
            return HTMLResponse("Платіж не знайдено", status_code=404)
        if outcome not in OUTCOMES:
            return HTMLResponse(f"outcome: {', '.join(OUTCOMES)}", status_code=422)
        self.aged(payment)
        if payment.state not in FINAL and outcome != "close":
            self.change(payment, {"pay": "paid", "decline": "declined", "wait": "waiting"}[outcome])
        where = (
            f"/{self._name}/page/{payment_id}" if outcome == "wait" or not payment.return_url else payment.return_url
        )
        return RedirectResponse(where, status_code=303)

    def change(self, payment: Payment, state: str) -> None:
        """Move a payment to a state and tell the shop; a payment made passes through waiting first."""
        now = self._bench.clock.now()
        states = ["waiting", state] if payment.state == "new" and state in {"paid", "declined"} else [state]
        notices = []
        for step, each in enumerate(states):
            payment.state, payment.changed_at = each, now + timedelta(milliseconds=step)
            notices.append(self._noted(payment))
        if state in {"paid", "refunded"}:
            self._accept(payment, "payment" if state == "paid" else "refund")
        if payment.notice_url and not self._switches["notice_lost"]:
            self._bench.later(self._name, self._tell(payment, notices))

    def refund(self, account: str, order_id: str) -> None:
        """Pay an order back; `ValueError` where it was not paid."""
        payment = self.by_order(account, order_id)
        if payment is None or payment.state != "paid":
            raise ValueError(f"order {order_id!r} is not paid")
        self.give_back(payment, payment.amount_kopecks - payment.refunded)

    def give_back(self, payment: Payment, kopecks: int, name: str = "") -> bool:
        """Pay so much of it back and tell the shop; false where that is more than is left, or nothing was paid."""
        if payment.state != "paid" or not 0 < kopecks <= payment.amount_kopecks - payment.refunded:
            return False
        payment.refunds.append((name, kopecks))
        if payment.refunded == payment.amount_kopecks:
            self.change(payment, "refunded")
            return True
        payment.changed_at = self._bench.clock.now()
        self._accept(payment, "refund")
        if payment.notice_url and not self._switches["notice_lost"]:
            self._bench.later(self._name, self._tell(payment, [self._noted(payment)]))
        return True

    async def _tell(self, payment: Payment, notices: list[Notice]) -> None:
        clock, minute = self._bench.clock, timedelta(seconds=self._switches["notice_minute_s"])
        await clock.sleep_until(clock.now() + timedelta(seconds=self._switches["notice_delay_s"]))
        in_order = list(reversed(notices)) if self._switches["notice_reversed"] else notices
        for notice in in_order:
            for _ in range(int(self._switches["notice_copies"])):
                pauses = [minute * minutes for minutes in self._retry_minutes]
                await until_taken(clock, pauses, self._attempt(payment, notice))

    def _attempt(self, payment: Payment, notice: Notice) -> Callable[[int], Awaitable[bool]]:
        async def attempt(_: int) -> bool:
            status, answer = await call(payment.notice_url, notice.body, notice.headers)
            return self._taken(payment, status, answer)

        return attempt

    def told_amount(self, payment: Payment) -> int:
        """The amount that notices speak of: the true one, unless a test wants to see it doubted."""
        return payment.amount_kopecks + (100 if self._switches["notice_other_amount"] else 0)

    def _accept(self, payment: Payment, kind: str) -> None:
        self._bench.ledger(self._name).accept(
            self._bench.clock.now(),
            payment.account,
            kind,
            id=payment.id,
            order_id=payment.order_id,
            amount=payment.refunds[-1][1] if payment.refunds else payment.amount_kopecks,
            currency=payment.currency,
        )


def hryvnias(kopecks: int) -> int | float:
    """Whole hryvnias as an integer, others as a decimal: as acquirers write amounts in JSON."""
    return kopecks // 100 if kopecks % 100 == 0 else kopecks / 100
