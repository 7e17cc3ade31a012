"""On which clock moments are shown that belong to no visit."""

from __future__ import annotations

from .visit import Visit

USUAL_ZONE = "Europe/Kyiv"


async def own_zone(visit: Visit) -> str:
    """That of the account somebody works in; a client's is that of the place they go to next or went to last."""
    memberships = (await visit.profile()).memberships
    if memberships:
        return memberships[0].time_zone
    for when in ("coming", "past"):
        visits = (await visit.api.booking.mine(when=when)).items
        if visits:
            return visits[0].time_zone
    return USUAL_ZONE
