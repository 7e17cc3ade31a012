"""The firm behind a link of a message: its pages carry its name and its look, like those one booked on."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients import Refused
from gateway.pages.visit import Visit

from .firm_page import look_of


@dataclass(frozen=True)
class Firm:
    """What the frame of a page shows of a firm; an empty `address` or `look` is none."""

    name: str
    address: str = ""
    look: str = ""


async def firm_behind(visit: Visit, name: str, vanity: str) -> Firm:
    """The firm with its own styles; a page of one visit is of use without them."""
    address = f"/{vanity}"
    try:
        page = await visit.api.catalogue.public_page(vanity)
    except Refused:
        return Firm(name, address)
    mark = look_of(page)[1]
    return Firm(name, address, f"/{page.account.vanity_address}/look.css?v={mark}" if mark else "")
