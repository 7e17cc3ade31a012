"""Texts of messages that wait for approval, of all accounts."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from gateway.clients import Refused
from gateway.clients.admin import Admin, part
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .frame import operator, ops_page, written

router = page_router()


@router.get("/ops/texts")
async def listed(visit: VisitDep) -> Response:
    """The longest waiting first."""
    return await _page(visit, await operator(visit), Form())


@router.post("/ops/texts/{act}")
async def decide(visit: VisitDep, act: Literal["approve", "reject"]) -> Response:
    """Put a text in place, or refuse it with a comment for its author."""
    admin = await operator(visit)
    form = await visit.form()
    names = ("account_id", "recipient_type", "kind", "language")
    path = "/admin/templates/" + "/".join(part(form.value(name)) for name in names)
    comment = form.text("comment")
    if act == "reject" and not comment:
        return await _page(visit, admin, form.refuse("comment", t("ops.comment_needed"), t("label.comment")), 422)
    try:
        body = {"comment": comment} if act == "reject" else None
        await admin.ask("notifications", "POST", f"{path}/{act}", body=body)
    except Refused as refused:
        return await _page(visit, admin, form.note(refused.problem), refused.status)
    await written(visit, f"{act} text", comment or "", **{name: form.value(name) for name in names})
    return visit.go("/ops/texts", f"ops.text_{act}")


async def _page(visit: Visit, admin: Admin, form: Form, status: int = 200) -> Response:
    visit.address = "/ops/texts"
    items = (await admin.ask("notifications", "GET", "/admin/templates"))["items"]
    return ops_page(visit, "ops/texts", "texts", status, items=items, form=form)
