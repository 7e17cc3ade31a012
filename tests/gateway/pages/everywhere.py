"""Every page there is, with all services played behind them: for walks that are about each of them."""

from __future__ import annotations

from urllib.parse import quote

from .mine import KEY, LINK, PAYMENT, open_for_me, open_own_day
from .money import CLIENT
from .office import look_after
from .people import MASTER_ID, open_people
from .platform_parts import open_platform, with_everything
from .rest import OF_DESK, OF_MANAGE, OF_STRANGERS, PLACE_IN_QUEUE, VISITED_REVIEW, open_the_rest
from .salon import ACCOUNT, BOOKING, CUT, OLENA, moment, open_for_clients
from .stage import Stage
from .treasury import CONSOLE, MONEY, TOKEN, open_the_treasury
from .work import open_for_staff

__all__ = [
    "CONSOLE",
    "DESK",
    "IN_DRAWER",
    "MONEY",
    "OWN",
    "PUBLIC",
    "SIGNED_IN",
    "TIMES",
    "TOKEN",
    "UNKNOWN",
    "UNSUBSCRIBE",
]

TIMES = f"/levada?services={CUT}&staff=any"
OURS = ("/prices", "/integration", "/ideas", "/contact", "/try", "/status", "/embed", "/help/checkbox", "/help?q=xyz")
OF_LINKS = (LINK, f"/b/k7m2xq/cancel?key={KEY}", f"/b/k7m2xq/move?key={KEY}", f"/pay/{PAYMENT}")
UNKNOWN = "/nobody"
UNSUBSCRIBE = "/unsubscribe/a-token"
DAY = moment(1, 9).date()
PUBLIC = (
    "/",
    "/levada",
    "/levada/reviews",
    f"/levada?services={CUT}",
    TIMES,
    f"{TIMES}&day={moment(0, 9).date()}",
    f"{TIMES}&wait_from={DAY}&wait_to={moment(5, 9).date()}",
    "/login",
    "/register",
    "/b/k7m2xq",
    "/help",
    *OURS,
    *OF_LINKS,
    *OF_STRANGERS,
    UNSUBSCRIBE,
    UNKNOWN,
)
DESK = f"/desk/{ACCOUNT}"
IN_DRAWER = f"{DESK}?day={DAY}&view=week&open={quote(f'{DESK}/bookings/{BOOKING}?open=reschedule', safe='')}"
OWN = (
    *(
        f"/me/{page}"
        for page in (
            "waiting",
            "settings",
            "messages",
            "channels",
            "devices",
            "second-factor",
            "phone",
            "data",
            "data/erase",
        )
    ),
    f"/me/{BOOKING}/review",
    VISITED_REVIEW,
    PLACE_IN_QUEUE,
    f"/day?day={DAY}",
    f"/day/sheet?day={DAY}",
)
_OFFICE = (
    "",
    "/locations",
    "/services",
    "/staff",
    f"/staff/{OLENA}/schedule",
    f"/staff/{OLENA}/schedule?pattern=cycle",
    f"/staff/{OLENA}/time-off",
    "/closed-days",
    "/resources",
    "/stock",
    "/reviews",
    "/settings?expert=1",
    "/settings/retention",
    "/site",
    "/site/page",
    "/rights",
    "/rights/second-factor",
    f"/rights/{MASTER_ID}",
    "/api-keys",
    "/audit",
    "/deleted",
    "/clients",
    "/clients/import",
    "/clients/fields",
)
SIGNED_IN = (
    "/me",
    *OWN,
    f"/me/{BOOKING}/move",
    f"/me/{BOOKING}/cancel",
    "/register",
    *(f"/manage/{ACCOUNT}{page}" for page in (*_OFFICE, *OF_MANAGE)),
    f"{DESK}?day={DAY}",
    f"{DESK}?day={DAY}&view=list",
    f"{DESK}?day={DAY}&view=week",
    IN_DRAWER,
    f"{DESK}/search?q=%D0%A2%D0%B0",
    f"{DESK}/attention",
    f"{DESK}/waiting",
    f"{DESK}/deleted",
    f"{DESK}/new?services={CUT}&day={DAY}&from=07:15&staff={OLENA}",
    f"{DESK}/new?services={CUT}&day={DAY}",
    *(f"{DESK}/bookings/{BOOKING}?tab={tab}" for tab in ("visit", "notifications", "payment", "client", "history")),
    f"{DESK}/clients/{CLIENT}/write?booking={BOOKING}",
    f"{DESK}/bookings/{BOOKING}?open=reschedule",
    f"{DESK}/bookings/{BOOKING}?open=cancel",
    f"{DESK}/bookings/{BOOKING}?open=delete",
    *(f"{DESK}{page}" for page in OF_DESK),
)


def open_everything(stage: Stage) -> None:
    """All four services answer all pages; the console too."""
    open_for_clients(stage)
    for method in ("GET", "POST"):
        subscribed = {"company": "Салон «Левада»", "is_refused": method == "POST"}
        stage.on("notifications", method, "/public/unsubscribe/a-token", subscribed)
    open_platform(stage)
    with_everything(stage)
    open_for_staff(stage)
    look_after(stage)
    open_the_treasury(stage)
    open_people(stage)  # again: the reports know fewer
    open_for_me(stage)
    open_own_day(stage)
    open_the_rest(stage)
    draft = stage.parts[("identity", "GET", "/me/registration-draft")]
    stage.on("identity", "PUT", "/me/registration-draft/steps/[a-z]+", draft)
