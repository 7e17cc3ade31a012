"""One text: written, seen as it will arrive with what it costs, approved by somebody else."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.notifications import TemplateDraft, TemplatePreview, TemplatePreviewRequest, TemplateRejection
from gateway.clients import Refused
from gateway.clients.templates import Text
from gateway.pages.forms import Form
from gateway.pages.registers.frame import keep_typed
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .frame import message_page

router = page_router()

_ONE = "/manage/{account_id}/messages/texts/{recipient_type}/{kind}/{language}"
_CHANGED_MEANWHILE = (409, 412)


@router.get(_ONE)
async def shown(visit: VisitDep, account_id: UUID, recipient_type: str, kind: str, language: str) -> Response:
    """The text and its preview."""
    return await _page(visit, Text(account_id, recipient_type, kind, language), None)


@router.post(f"{_ONE}/preview")
async def preview(visit: VisitDep, account_id: UUID, recipient_type: str, kind: str, language: str) -> Response:
    """The part that shows a draft as it is typed."""
    text, form = Text(account_id, recipient_type, kind, language), await visit.form()
    seen, problem = await _seen(visit, text, form)
    return visit.page("messages/_preview.html.jinja", preview=seen, problem=problem)


@router.post(_ONE)
async def write(visit: VisitDep, account_id: UUID, recipient_type: str, kind: str, language: str) -> Response:
    """Keep it as a draft, ask for approval, or only look (`act=preview`)."""
    text, form = Text(account_id, recipient_type, kind, language), await visit.form()
    if form.value("act") == "preview":
        return await _page(visit, text, form)
    version = form.whole("version")
    values = {
        "text": form.value("wording"),
        "transliterate": form.has("transliterate"),
        "submit": form.value("act") != "draft",
    }
    try:
        body = visit.body(TemplateDraft, values)
        await visit.api.message_texts.write(text, body, version=version if isinstance(version, int) else None)
    except Refused as refused:
        kept = keep_typed(refused, form, {"/text": "wording"})
        if refused.status in _CHANGED_MEANWHILE:
            saved = await visit.api.message_texts.one(text)
            kept = Form({**kept.values, "version": [str(saved.version)]}, kept.errors, kept.summary, kept.fix)
            kept.refuse(None, t("texts.newer"))
        return await _page(visit, text, kept, refused.status)
    return visit.go(_address(text), "texts.kept" if form.value("act") == "draft" else "texts.submitted")


@router.post(f"{_ONE}/approve")
async def approve(visit: VisitDep, account_id: UUID, recipient_type: str, kind: str, language: str) -> Response:
    """Put it in place."""
    text = Text(account_id, recipient_type, kind, language)
    await visit.api.message_texts.approve(text)
    return visit.go(_address(text), "texts.approved")


@router.post(f"{_ONE}/reject")
async def reject(visit: VisitDep, account_id: UUID, recipient_type: str, kind: str, language: str) -> Response:
    """Refuse it, with a comment for its author."""
    text, form = Text(account_id, recipient_type, kind, language), await visit.form()
    try:
        body = visit.body(TemplateRejection, {"comment": form.value("comment")})
        await visit.api.message_texts.reject(text, body)
    except Refused as refused:
        return await _page(visit, text, None, refused.status, refusal=keep_typed(refused, form, {}))
    return visit.go(_address(text), "texts.rejected")


@router.post(f"{_ONE}/remove")
async def remove(visit: VisitDep, account_id: UUID, recipient_type: str, kind: str, language: str) -> Response:
    """Back to the standard text."""
    text = Text(account_id, recipient_type, kind, language)
    await visit.api.message_texts.remove(text)
    return visit.go(_address(text), "texts.removed")


def _address(text: Text) -> str:
    return f"/manage/{text.account_id}/messages/texts/{text.recipient_type}/{text.kind}/{text.language}"


async def _seen(visit: Visit, text: Text, form: Form) -> tuple[TemplatePreview | None, Form]:
    """The draft filled in, or what is wrong with it."""
    values = {
        "kind": text.kind,
        "recipient_type": text.recipient_type,
        "language": text.language,
        "text": form.value("wording") or None,
        "transliterate": form.has("transliterate"),
    }
    try:
        body = visit.body(TemplatePreviewRequest, values)
        return await visit.api.message_texts.preview(text.account_id, body), Form()
    except Refused as refused:
        return None, keep_typed(refused, Form(form.values), {"/text": "wording"})


async def _page(
    visit: Visit, text: Text, form: Form | None, status: int = 200, *, refusal: Form | None = None
) -> Response:
    visit.address = _address(text)
    one = await visit.api.message_texts.one(text)
    filled = form or Form.of(wording=one.text, transliterate="on" if one.transliterate else None, version=one.version)
    seen, problem = await _seen(visit, text, filled)
    return await message_page(
        visit,
        text.account_id,
        "messages/texts",
        "text",
        status,
        one=one,
        form=filled,
        preview=seen,
        problem=problem,
        refusal=refusal or Form(),
        here=_address(text),
    )
