"""Pages that are reached through another page: one thing of a list, a step that follows, a link in a message."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.http.waitlist import OfferAnswer, PublicOffer

from .mine import ENTRY, KEY, linked, wait
from .money import CLIENT
from .salon import ACCOUNT, BOOKING, CUT, LOCATION, OLENA, ZONE, moment, my_booking, uid
from .stage import Stage
from .visits import card

VISITED, DOUBLE, IMPORT = uid(58), uid(985), uid(981)
OFFER = "abcdefabcdef"
RATED = "k7m2xr"

PLACE_IN_QUEUE = f"/levada/waiting/{ENTRY}"
OF_STRANGERS = (
    "/levada/done/k7m2xq",
    f"/w/{OFFER}",
    f"/b/{RATED}/review?key={KEY}",
)
OF_MANAGE = (
    f"/services/{CUT}",
    f"/locations/{LOCATION}",
    f"/staff/{OLENA}",
    f"/clients/{CLIENT}",
    "/clients/doubles",
    f"/clients/import/{IMPORT}",
    "/ask",
)
OF_DESK = (f"/clients/{CLIENT}", f"/bookings/{BOOKING}?open=change")
VISITED_REVIEW = f"/me/{VISITED}/review"


def open_the_rest(stage: Stage) -> None:
    """What these pages ask for."""
    base = f"/accounts/{ACCOUNT}"
    offer = OfferAnswer(
        starts_at=moment(2, 10),
        ends_at=moment(2, 11),
        location_id=LOCATION,
        location_name="На Подолі",
        staff=["Олена Шевчук"],
        expires_at=datetime.now(ZONE) + timedelta(minutes=14),
    )
    told = PublicOffer(
        account_name="Салон «Левада»", vanity_address="levada", services=["Чоловіча стрижка"], offer=offer
    )
    stage.on("booking", "GET", f"/public/waitlist-offers/{OFFER}", told)
    stage.on("booking", "POST", f"/public/waitlist-offers/{OFFER}/accept", my_booking())
    stage.on("booking", "POST", f"/public/waitlist-offers/{OFFER}/decline", wait())
    was = {"state": "completed", "may_review": True, "starts_at": moment(-1, 10), "ends_at": moment(-1, 10, 45)}
    may_not = {"may_cancel": False, "may_reschedule": False}
    stage.on("booking", "GET", f"/me/bookings/{VISITED}", my_booking(id=VISITED, **may_not, **was))
    stage.on("booking", "GET", f"/public/b/{RATED}/linked", linked(code=RATED, may_confirm=False, **may_not, **was))
    double = card().model_copy(update={"id": DOUBLE, "name": "Тарасик"})
    stage.on("booking", "GET", f"{base}/client-doubles", {"items": [{"why": "name", "cards": [card(), double]}]})
