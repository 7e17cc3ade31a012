"""Vanity addresses: which words may stand in `https://<product>/<address>`."""

import re
from collections.abc import Iterator
from datetime import timedelta

from kit.errors import InvalidInput

FROZEN = timedelta(days=180)
"""A released address is nobody's for so long: old links must not lead to a stranger."""

MIN_LENGTH, MAX_LENGTH = 3, 40

_PATHS = """
    about account accounts admin api app apple-app-site-association apps assets auth b billing blog book booking
    bookings business c calendar callback callbacks catalog catalogue client clients contact contacts css
    dashboard day desk dev docs download embed en explain faq favicon feed files fonts health help home hook
    hooks ical ics idea ideas images img index info integration integrations internal join js jwks legal license
    live locales login logout look mail manage manifest me media metrics mobile new news notifications oauth
    offer openapi ops owner pay payment payments phone ping policy price prices pricing privacy profile public
    ready register report reports robots root ru security service services session sessions settings sign-in
    sign-out sign-up signin signout signup sitemap sms staff static status stream support system team terms test
    tests try uk undefined unsubscribe user users v1 v2 web webhook webhooks well-known widget www zapys
"""

_SHAPE = re.compile(r"[a-z0-9](?:-?[a-z0-9])*")

RESERVED = frozenset(_PATHS.split())
"""Paths of the product itself, today's and likely ones."""


_IN_ONE_WORD = frozenset(word.replace("-", "") for word in RESERVED)
_LOOKS_LIKE = str.maketrans("034578", "oeastb")
_LONG_ENOUGH = 5
"""A shorter word is met by chance: `spa-1` shall not be taken for anything."""


def is_address(address: str) -> bool:
    """Whether it has the shape of an address; a letter is needed, so that no address looks like a phone."""
    fits = MIN_LENGTH <= len(address) <= MAX_LENGTH and _SHAPE.fullmatch(address)
    return bool(fits) and any(sign.isalpha() for sign in address)


def is_reserved(address: str) -> bool:
    """Whether the product needs the address itself, or it reads like one that the product needs: `l0gin`, `sup-port`.

    Letters of other alphabets are no question here: no address has any.
    """
    if address in RESERVED:
        return True
    plain = address.replace("-", "")
    shapes = (plain, plain.replace("rn", "m").replace("vv", "w"))
    read_as = (shape.translate(_LOOKS_LIKE | {ord("1"): one}) for shape in shapes for one in "li")
    return any(len(word) >= _LONG_ENOUGH and word in _IN_ONE_WORD for word in read_as)


def check_address(address: str) -> None:
    """Raise `InvalidInput` unless it has the shape of an address."""
    if not is_address(address):
        raise InvalidInput.of("/vanity_address", "vanity_address", min=MIN_LENGTH, max=MAX_LENGTH)


def alternatives(address: str, country: str) -> Iterator[str]:
    """Addresses near to one that is not to be had, the best first."""
    base = address[: MAX_LENGTH - 7].rstrip("-")
    endings = [country.lower(), "online", "studio", *map(str, range(2, 30))]
    yield from (found for ending in endings if is_address(found := f"{base}-{ending}"))
