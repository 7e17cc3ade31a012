"""A file of clients: read first, each line with what will become of it, then written."""

from __future__ import annotations

import base64
from uuid import UUID, uuid4

from starlette.datastructures import UploadFile
from starlette.responses import Response

from contracts.http.clients import ImportBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .office import office_page

router = page_router()

_MOST_BYTES = 700_000


@router.get("/manage/{account_id}/clients/import")
async def ask(visit: VisitDep, account_id: UUID) -> Response:
    """Which file."""
    return await office_page(visit, account_id, "clients", "client_import", form=Form(), found=None)


@router.post("/manage/{account_id}/clients/import")
async def read(visit: VisitDep, account_id: UUID) -> Response:
    """Read it; nothing is written."""
    form = await visit.form()
    file = (await visit.request.form()).get("file")
    content = b""
    if isinstance(file, UploadFile):
        content = await file.read(_MOST_BYTES + 1)
        await file.close()
    if not content or len(content) > _MOST_BYTES:
        form.refuse("file", t("import.too_large") if content else t("import.no_file"), t("label.file"))
        return await _page(visit, account_id, form, 422)
    name = (file.filename if isinstance(file, UploadFile) else "") or "clients.csv"
    values = {"file_name": name[:120], "content_base64": base64.b64encode(content).decode()}
    try:
        body = visit.body(ImportBody, values)
        found = await visit.api.care.preview_import(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _page(
            visit, account_id, form.note(refused.problem, {"/content_base64": "file", "/file_name": "file"}), 422
        )
    return visit.go(f"/manage/{account_id}/clients/import/{found.id}")


@router.get("/manage/{account_id}/clients/import/{import_id}")
async def shown(visit: VisitDep, account_id: UUID, import_id: UUID) -> Response:
    """What the file holds, errors first."""
    found = await visit.api.care.import_of(account_id, import_id)
    return await office_page(visit, account_id, "clients", "client_import", form=Form(), found=found)


@router.post("/manage/{account_id}/clients/import/{import_id}")
async def apply(visit: VisitDep, account_id: UUID, import_id: UUID) -> Response:
    """Write what can be written."""
    form = await visit.form()
    await visit.api.care.apply_import(account_id, import_id, key=form.key or str(uuid4()))
    return visit.go(f"/manage/{account_id}/clients/import/{import_id}", "import.applied")


async def _page(visit: Visit, account_id: UUID, form: Form, status: int) -> Response:
    return await office_page(visit, account_id, "clients", "client_import", status, form=form, found=None)
