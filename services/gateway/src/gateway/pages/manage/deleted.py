"""What was removed, each with a button that brings it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .office import office_page

router = page_router()

_SECTION = "deleted"
T = TypeVar("T")


@router.get("/manage/{account_id}/deleted")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """Services, locations, people, goods; what the reader may not bring back is not listed."""
    api = visit.api
    members = await _seen(lambda: api.identity.members(account_id, with_removed=True))
    groups = {
        "services": await _seen(lambda: api.office.deleted_services(account_id)),
        "locations": await _seen(lambda: api.office.deleted_locations(account_id)),
        "chairs": await _seen(lambda: api.office.deleted_staff(account_id)),
        "members": [one for one in members if not one.is_active],
        "goods": await _seen(lambda: api.care.stock(account_id, deleted=True)),
    }
    return await office_page(visit, account_id, _SECTION, "deleted", groups=groups)


@router.post("/manage/{account_id}/deleted/{kind}/{thing_id}")
async def restore(
    visit: VisitDep,
    account_id: UUID,
    kind: Literal["services", "locations", "chairs", "members", "goods"],
    thing_id: UUID,
) -> Response:
    """Bring it back as it was."""
    key = (await visit.form()).key or str(uuid4())
    api = visit.api
    if kind == "services":
        name = (await api.office.restore_service(account_id, thing_id, key=key)).name
    elif kind == "locations":
        name = (await api.office.restore_location(account_id, thing_id, key=key)).name
    elif kind == "chairs":
        name = (await api.office.restore_staff_member(account_id, thing_id, key=key)).name
    elif kind == "members":
        name = (await api.identity.restore_member(account_id, thing_id, key=key)).name
    else:
        name = (await api.care.restore_item(account_id, thing_id, key=key)).name
    return visit.go(f"/manage/{account_id}/deleted", "deleted.restored", name=name)


async def _seen(ask: Callable[[], Awaitable[Any]]) -> list[Any]:
    """The items, or nothing where the reader has no right to see them."""
    try:
        return list((await ask()).items)
    except Refused as refused:
        if refused.status != 403:
            raise
        return []
