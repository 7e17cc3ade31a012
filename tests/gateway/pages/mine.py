"""What the services tell a client of the own things: the link, wishes, devices, data, payments, waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.http.channels import OwnChannels, TelegramStart
from contracts.http.clients import OwnErasure, OwnErasures, OwnExport, OwnExports
from contracts.http.identity import (
    NewSecondFactor,
    PhoneChangeState,
    ProfileAnswer,
    RecoveryCodes,
    SecondFactorAnswer,
    SecondFactorSetUp,
    SessionAnswer,
    SessionsAnswer,
)
from contracts.http.identity.second_factor import SecondFactorState
from contracts.http.notifications import AccountPreferences, AccountPreferencesList, ClientPreferences
from contracts.http.payments import AcquirerName, PublicPrepayment
from contracts.http.site import LinkedBookingAnswer
from contracts.http.waitlist import WaitlistAnswer, WaitlistList

from .salon import ACCOUNT, BOOKING, CUT, LOCATION, OLENA, ZONE, moment, my_booking, one_booking, page, uah, uid
from .stage import Asked, No, Stage
from .visits import actions

KEY = "k-7f3a"
LINK = f"/b/k7m2xq?key={KEY}"
ENTRY, OFFERED = uid(600), uid(601)
HERE, PHONE_DEVICE = uid(71), uid(72)
PAYMENT = uid(650)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTP_ADDRESS = f"otpauth://totp/Zapys:%2B380%E2%80%A601?secret={SECRET}&issuer=Zapys"
_CHANNELS = "/me/notification-channels"
RECOVERY_CODES = tuple(f"7KXM-2PQR-9TVW-4HJ{number}" for number in range(10))
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
CHROME = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


def linked(**changes: Any) -> LinkedBookingAnswer:
    made = {
        **one_booking().model_dump(),
        "version": 1,
        "service_ids": [CUT],
        "staff_member_ids": [OLENA],
        "may_confirm": True,
        "may_cancel": True,
        "may_reschedule": True,
        "state": "pending",
    }
    return LinkedBookingAnswer.model_validate({**made, **changes})


def by_key(**changes: Any) -> Any:
    """The visit for the right key alone."""

    def part(asked: Asked) -> LinkedBookingAnswer:
        if asked.query.get("key") != KEY:
            raise No(404, "request.not_found")
        return linked(**changes)

    return part


def wait(number: int = 600, *, offered: bool = False) -> WaitlistAnswer:
    offer = {
        "starts_at": moment(1, 11),
        "ends_at": moment(1, 11, 45),
        "location_id": LOCATION,
        "location_name": "На Подолі",
        "staff": ["Олена Шевчук"],
        "expires_at": datetime.now(UTC) + timedelta(minutes=15),
    }
    return WaitlistAnswer.model_validate(
        {
            "id": uid(number),
            "version": 1,
            "state": "offered" if offered else "waiting",
            "account_id": ACCOUNT,
            "account_name": "Салон «Левада»",
            "services": ["Чоловіча стрижка"],
            "items": [{"service_id": CUT}],
            "location_id": LOCATION,
            "first_day": moment(1, 9).date(),
            "last_day": moment(3, 9).date(),
            "since": "10:00",
            "until": "14:00",
            "ahead": 2,
            "offer": offer if offered else None,
            "booking_id": None,
        }
    )


def sessions() -> SessionsAnswer:
    def one(number: int, device: str, *, current: bool) -> SessionAnswer:
        now = datetime.now(UTC)
        return SessionAnswer(
            id=uid(number), device=device, created_at=now, last_used_at=now, expires_at=now, is_current=current
        )

    return SessionsAnswer(items=(one(72, CHROME, current=False), one(71, WINDOWS, current=True)))


def factor(state: SecondFactorState = "none", **changes: Any) -> SecondFactorAnswer:
    made: dict[str, Any] = {"state": state, "advised": True}
    if state in ("waiting", "in_force"):
        made |= {"effective_at": moment(0, 9), "recovery_codes_left": 10}
    return SecondFactorAnswer.model_validate({**made, **changes})


def kept() -> OwnExports:
    now = datetime.now(UTC)
    cards = [(ACCOUNT, "Салон «Левада»"), (uid(2), "Барбершоп «Дніпро»")]
    card = {
        "id": uid(80), "version": 1, "name": "Тарас", "surname": "Савченко", "phone": "+380671234567",
        "phone_confirmed": True, "email": None, "socials": {}, "language": "uk", "note": None,
        "notifications_on": True, "created_at": now,
    }  # fmt: skip
    items = [
        OwnExport.model_validate(
            {
                "account_id": account_id,
                "account_name": name,
                "card": card,
                "merged_cards": [],
                "bookings": [my_booking(state="completed").model_dump()],
                "reviews": [],
                "acts": [],
                "exported_at": now,
            }
        )
        for account_id, name in cards
    ]
    return OwnExports(items=items, exported_at=now)


def payment(**changes: Any) -> PublicPrepayment:
    made: dict[str, Any] = {
        "id": PAYMENT,
        "state": "pending",
        "account_name": "Салон «Левада»",
        "amount": uah(200),
        "expires_at": moment(1, 9),
        "starts_at": moment(2, 10),
        "time_zone": "Europe/Kyiv",
        "providers": [AcquirerName.LIQPAY, AcquirerName.MONOBANK, AcquirerName.WAYFORPAY],
    }
    return PublicPrepayment.model_validate({**made, **changes})


def channels(**changes: Any) -> OwnChannels:
    """Nothing in Telegram yet, one browser."""
    browser = {"id": PHONE_DEVICE, "browser": CHROME, "created_at": moment(0, 9)}
    made = {"telegram": {"is_offered": True}, "web_push_public_key": "BNcRdreALRFXTk", "browsers": [browser]}
    return OwnChannels.model_validate({**made, **changes})


def open_for_me(stage: Stage) -> None:
    """Everything on a client's own pages works."""
    stage.on("booking", "GET", "/public/b/k7m2xq/linked", by_key())
    stage.on("booking", "POST", "/public/b/k7m2xq/(confirm|cancel|reschedule|review)", linked(state="confirmed"))
    stage.on("booking", "POST", f"/me/bookings/{BOOKING}/review", {"id": uid(1), **_review()})
    stage.on("booking", "GET", "/me/waitlist", WaitlistList(items=[wait(), wait(601, offered=True)]))
    stage.on("booking", "DELETE", "/me/waitlist/[^/]+", None)
    stage.on("booking", "POST", "/me/waitlist/[^/]+/accept", my_booking())
    stage.on("booking", "POST", "/me/waitlist/[^/]+/decline", wait())
    stage.on("notifications", "GET", "/me/notification-preferences", ClientPreferences())
    stage.on("notifications", "PUT", "/me/notification-preferences", ClientPreferences())
    wishes = AccountPreferences(account_id=ACCOUNT, account_name="Салон «Левада»", refused_channels=["viber"])
    stage.on("notifications", "GET", "/me/notification-preferences/accounts", AccountPreferencesList(items=[wishes]))
    stage.on("notifications", "PUT", "/me/notification-preferences/accounts/[^/]+", wishes)
    stage.on("notifications", "GET", _CHANNELS, channels())
    start = TelegramStart(url="https://t.me/zapys_bot?start=once", expires_at=moment(0, 10))
    stage.on("notifications", "POST", f"{_CHANNELS}/telegram", start)
    stage.on("notifications", "DELETE", f"{_CHANNELS}/(telegram|browsers/.+)", None)
    stage.on("notifications", "POST", f"{_CHANNELS}/browsers", channels().browsers[0])
    stage.on("identity", "GET", "/auth/sessions", sessions())
    stage.on("identity", "DELETE", "/auth/sessions(/[^/]+)?", None)
    stage.on("identity", "GET", "/me/phone", PhoneChangeState(change=None))
    stage.on("identity", "POST", "/me/phone", {"phone": "+38050•••••01", "effective_at": moment(1, 9)})
    stage.on("identity", "DELETE", "/me/phone", None)
    stage.on("identity", "GET", "/me/second-factor", factor())
    stage.on("identity", "POST", "/me/second-factor", NewSecondFactor(secret=SECRET, address=OTP_ADDRESS))
    made = {"effective_at": datetime.now(UTC), "recovery_codes": RECOVERY_CODES, "device_token": "device-2"}
    stage.on("identity", "POST", "/me/second-factor/confirm", SecondFactorSetUp.model_validate(made))
    stage.on("identity", "POST", "/me/second-factor/recovery-codes", RecoveryCodes(recovery_codes=RECOVERY_CODES))
    stage.on("identity", "POST", "/me/second-factor/remove", None)
    stage.on("identity", "DELETE", "/me/second-factor(/reset)?", None)
    stage.on("booking", "GET", "/me/client-data", kept())
    erased = OwnErasure(account_id=ACCOUNT, account_name="Салон «Левада»", bookings=1)
    stage.on("booking", "POST", "/me/client-data/erase", OwnErasures(items=[erased], erased_at=datetime.now(UTC)))
    stage.on("fiscal", "GET", f"/public/payments/{PAYMENT}", payment())


def open_own_day(stage: Stage) -> None:
    """Whoever signs in is Olena, who serves and may see everything; call it after the parts of the staff."""
    told = stage.parts[("identity", "GET", "/me")]

    def person(asked: Asked) -> ProfileAnswer:
        known = ProfileAnswer.model_validate(told(asked))
        mine = [
            one.model_copy(update={"staff_member_id": OLENA, "accepts_bookings": True}) for one in known.memberships
        ]
        return known.model_copy(update={"memberships": tuple(mine)})

    stage.on("identity", "GET", "/me", person)
    stage.on("booking", "GET", f"/accounts/{ACCOUNT}/bookings/[^/]+/actions", actions())


def _review() -> dict[str, Any]:
    return {
        "rating": 5,
        "text": None,
        "client_name": "Тарас",
        "services": [page().services[0].name],
        "staff": [],
        "visited_on": moment(0, 9).astimezone(ZONE).date(),
        "answer": None,
        "created_at": moment(0, 9),
    }
