"""Keys for programs: shown once, with scopes and last use, revoked with one press."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.api_keys import ApiKeyBody
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page
from .rights_form import areas
from .schedule import zone_of

router = page_router()

_SECTION = "api-keys"


@router.get("/manage/{account_id}/api-keys")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """Keys in force, and the form for another one."""
    return await _page(visit, account_id, Form.of(expires_in_days=365))


@router.post("/manage/{account_id}/api-keys")
async def make(visit: VisitDep, account_id: UUID) -> Response:
    """A new one; the answer to this very request is the only page that holds it."""
    form = await visit.form()
    values = {
        "name": form.value("name"),
        "permissions": form.many("permissions"),
        "expires_in_days": form.whole("expires_in_days"),
        "location_ids": uuids(form.many("location_ids")) or None,
    }
    try:
        made = await visit.api.access.make_api_key(account_id, visit.body(ApiKeyBody, values))
    except Refused as refused:
        if refused.status == 401:
            raise
        needs_code = refused.code == "access.step_up_required"
        return await _page(visit, account_id, form.note(refused.problem), refused.status, needs_code=needs_code)
    return await _page(visit, account_id, Form.of(expires_in_days=365), new_key=made.key, new_name=made.name)


@router.post("/manage/{account_id}/api-keys/{key_id}/revoke")
async def revoke(visit: VisitDep, account_id: UUID, key_id: UUID) -> Response:
    """It opens nothing any more."""
    try:
        await visit.api.access.revoke_api_key(account_id, key_id)
    except Refused as refused:
        if refused.status != 404:
            raise
    return visit.go(f"/manage/{account_id}/api-keys", "api_key.revoked")


async def _page(
    visit: Visit,
    account_id: UUID,
    form: Form,
    status: int = 200,
    *,
    new_key: str = "",
    new_name: str = "",
    needs_code: bool = False,
) -> Response:
    visit.address = f"/manage/{account_id}/api-keys"
    places = (await visit.api.catalogue.locations(account_id)).items
    known = await visit.api.identity.permissions(account_id)
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "api_keys",
        status,
        items=(await visit.api.access.api_keys(account_id)).items,
        names={one.key: one.name for one in known.items},
        areas=areas(known),
        places=places,
        zone=zone_of(places),
        form=form,
        new_key=new_key,
        new_name=new_name,
        needs_code=needs_code,
    )
