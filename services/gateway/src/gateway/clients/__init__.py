"""Typed clients of the four services, for pages: `services.on_behalf(asker).booking.calendar(…)`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.peers import Peers
from kit.texts import Texts

from .access import Access
from .booking import Booking
from .books import Books
from .calling import Asker, Call, Refused
from .care import Care
from .catalogue import Catalogue
from .fiscal import Fiscal
from .identity import Identity
from .notifications import Notifications
from .office import Office
from .own import Own
from .payments import Payments
from .platform import Platform
from .reports import Reports
from .site import Site
from .templates import MessageTexts
from .webhooks import Webhooks

__all__ = ["Api", "Asker", "Refused", "Services"]


@dataclass(frozen=True)
class Api:
    """All services for one asker."""

    identity: Identity
    access: Access
    catalogue: Catalogue
    office: Office
    care: Care
    booking: Booking
    notifications: Notifications
    fiscal: Fiscal
    own: Own
    books: Books
    payments: Payments
    reports: Reports
    message_texts: MessageTexts
    webhooks: Webhooks
    site: Site
    platform: Platform


@dataclass(frozen=True)
class Services:
    """Makes clients; pages find it on `app.state.services`."""

    peers: Peers
    texts: Texts
    base_url: str

    def on_behalf(self, asker: Asker) -> Api:
        """The services as one person may use them; every method raises `Refused` for what is not granted."""
        return Api(
            identity=Identity(self._call("identity", asker)),
            access=Access(self._call("identity", asker)),
            office=Office(self._call("booking", asker)),
            care=Care(self._call("booking", asker)),
            catalogue=Catalogue(self._call("booking", asker)),
            booking=Booking(self._call("booking", asker)),
            notifications=Notifications(self._call("notifications", asker)),
            fiscal=Fiscal(self._call("fiscal", asker)),
            own=Own(*(self._call(name, asker) for name in ("booking", "identity", "notifications", "fiscal"))),
            books=Books(self._call("fiscal", asker)),
            payments=Payments(self._call("fiscal", asker)),
            reports=Reports(self._call("booking", asker)),
            message_texts=MessageTexts(self._call("notifications", asker)),
            webhooks=Webhooks(self._call("notifications", asker)),
            site=Site(self._call("booking", asker)),
            platform=Platform(self._call("identity", asker)),
        )

    def _call(self, service: str, asker: Asker) -> Call:
        return Call(service, self.peers, self.texts, self.base_url, asker)
