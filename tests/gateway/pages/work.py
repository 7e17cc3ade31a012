"""The same salon from the side of those who work in it: everything that they need answers."""

from __future__ import annotations

from contracts.http.booking import (
    BookingList,
)
from contracts.http.catalogue import (
    LocationList,
)
from contracts.http.clients import ClientHistory, ClientList
from contracts.http.fiscal import CashOperations, CashRegisters, Receipts
from contracts.http.payments import Prepayments
from contracts.http.staff_tasks import StaffTasks
from contracts.http.waitlist import WaitlistList

from .dues import asked_for, dated_back, plan_preview, unreachable, waiting_receipt
from .money import CLIENT, REGISTER, balance, checked, notifications, providers, register, settlement
from .office import open_office
from .people import open_people
from .salon import (
    ACCOUNT,
    BOOKING,
    free_times,
    location,
    membership,
    moment,
    profile,
    uah,
)
from .stage import Asked, Stage
from .trade import account, services, staff_members
from .visits import actions, booking, calendar, card, staff_why, timeline, waits

BASE = f"/accounts/{ACCOUNT}"


def _listed(asked: Asked) -> BookingList:
    away = {"deleted_at": moment(0, 9), "state": "completed"} if asked.query.get("deleted") == "true" else {}
    return BookingList(items=[booking(**{"state": "pending", **away})])


def open_for_staff(stage: Stage) -> None:
    """Everything the owner and the desk need works."""
    stage.on("identity", "GET", "/me", profile(memberships=(membership(),)))
    stage.on("identity", "POST", "/accounts", account())
    stage.on("booking", "GET", f"{BASE}/locations", LocationList(items=[location()]))
    stage.on("booking", "POST", f"{BASE}/locations", location())
    stage.on("booking", "GET", f"{BASE}/services", services())
    stage.on("booking", "POST", f"{BASE}/services", services().items[0])
    stage.on("booking", "GET", f"{BASE}/staff-members", staff_members())
    stage.on("booking", "POST", f"{BASE}/staff-members", staff_members().items[0])
    stage.on("booking", "GET", f"{BASE}/staff-members/[^/]+/schedule", {"schedule": None})
    stage.on("booking", "PUT", f"{BASE}/staff-members/[^/]+/schedule", {"saved": True})
    stage.on("booking", "GET", f"{BASE}/calendar", calendar)
    stage.on("booking", "GET", f"{BASE}/availability", free_times)
    stage.on("booking", "GET", f"{BASE}/availability/explain", staff_why)
    stage.on("booking", "POST", f"{BASE}/bookings", booking())
    stage.on("booking", "GET", f"{BASE}/bookings", _listed)
    stage.on("booking", "GET", f"{BASE}/clients", ClientList(items=[card()]))
    stage.on("booking", "GET", f"{BASE}/waitlist", WaitlistList(items=[waits()]))
    stage.on("booking", "POST", f"{BASE}/waitlist", waits())
    stage.on("booking", "DELETE", f"{BASE}/waitlist/[^/]+", None)
    stage.on("notifications", "POST", f"{BASE}/notifications/preview", plan_preview())
    stage.on("notifications", "GET", f"{BASE}/notifications", notifications())
    stage.on("notifications", "GET", f"{BASE}/staff-tasks", StaffTasks(items=[unreachable()], open=1))
    stage.on("notifications", "POST", f"{BASE}/staff-tasks/[^/]+/settle", unreachable())
    stage.on("fiscal", "GET", f"{BASE}/receipts", Receipts(items=[waiting_receipt()]))
    stage.on("fiscal", "GET", f"{BASE}/payments", Prepayments(items=[]))
    stage.on("fiscal", "GET", f"{BASE}/cash-operations", CashOperations(items=[dated_back()]))
    stage.on("identity", "POST", f"{BASE}/access-requests", asked_for())
    one = f"{BASE}/bookings/{BOOKING}"
    stage.on("booking", "GET", one, booking())
    stage.on("booking", "PATCH", one, booking())
    stage.on("booking", "DELETE", one, booking(deleted_at=moment(0, 9)))
    stage.on("booking", "POST", f"{one}/restore", booking(version=4))
    stage.on("booking", "GET", f"{one}/actions", actions())
    stage.on("booking", "GET", f"{one}/timeline", timeline())
    stage.on("booking", "POST", f"{one}/reschedule/undo", booking(version=3))
    stage.on("booking", "POST", f"{one}/(confirm|arrive|complete|no-show|cancel|reschedule)", booking())
    stage.on("booking", "GET", f"{BASE}/clients/{CLIENT}", card())
    history = ClientHistory(visits=3, no_shows=1, spent=uah(1350), items=[booking(), booking(state="completed")])
    stage.on("booking", "GET", f"{BASE}/clients/{CLIENT}/history", history)
    stage.on("notifications", "GET", f"{one}/notifications", notifications())
    stage.on("notifications", "POST", f"{BASE}/notifications/[^/]+/send-again", None)
    stage.on("notifications", "GET", f"{BASE}/sms-providers", providers())
    stage.on("notifications", "PUT", f"{BASE}/sms-providers/[a-z]+", lambda _: providers().items[0])
    stage.on("notifications", "GET", f"{BASE}/sms-balance", balance())
    stage.on("fiscal", "GET", f"{BASE}/cash-registers", CashRegisters(items=[register()]))
    stage.on("fiscal", "POST", f"{BASE}/cash-registers", register())
    stage.on("fiscal", "POST", f"{BASE}/cash-registers/{REGISTER}/check", checked(ok=True))
    stage.on("fiscal", "POST", f"{BASE}/cash-registers/{REGISTER}/fiscal-shift/(open|close)", register().fiscal_shift)
    stage.on("fiscal", "GET", f"{one}/settlement", settlement())
    stage.on("fiscal", "POST", f"{one}/settlement", lambda _: settlement(paid=450).items[0])
    open_office(stage)
    open_people(stage)
    stage.on("identity", "GET", BASE, account())
