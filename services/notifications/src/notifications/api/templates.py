"""The standard texts of messages, and a look at how a text comes out."""

from __future__ import annotations

import string

from fastapi import APIRouter, Request

from contracts import Money
from contracts.http.notifications import Template, TemplatePreview, TemplatePreviewRequest, Templates
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound
from kit.texts import LANGUAGES, Texts
from notifications.domain.facts import Kind
from notifications.domain.segments import measure
from notifications.errors import TemplateMalformed, TemplateVariableUnknown
from notifications.tables import AccountCopy
from notifications.wording import VARIABLES, template_key

from .parts import PREFIX, SettingsDep

router = APIRouter(tags=["notifications"])

PATH = f"{PREFIX}/templates"
_STAFF_KINDS = (Kind.CREATED, Kind.RESCHEDULED, Kind.CANCELLED)
_NAMES = ("location", "address", "client", "service", "staff")
_TIMES = {"date": "23.11", "time": "14:00", "old_date": "22.11", "old_time": "09:30"}


@router.get(PATH, operation_id="list_templates", response_model=Templates)
async def list_all(member: MemberDep, db: DbDep, request: Request) -> Templates:
    """Every kind in every language."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    sample = await _sample(db, member, request)
    items = [
        _template(sample, recipient_type, kind, language)
        for recipient_type, kinds in (("client", tuple(Kind)), ("staff", _STAFF_KINDS))
        for kind in kinds
        for language in LANGUAGES
    ]
    return Templates(items=items)


@router.get(f"{PATH}/{{kind}}/{{language}}", operation_id="get_template", response_model=Template)
async def read(
    kind: str, language: str, member: MemberDep, db: DbDep, request: Request, recipient_type: str = "client"
) -> Template:
    """The text of one kind to clients, or with `recipient_type=staff` to staff."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    sample = await _sample(db, member, request)
    known = tuple(Kind) if recipient_type == "client" else _STAFF_KINDS if recipient_type == "staff" else ()
    if kind not in known or language not in LANGUAGES:
        raise NotFound("template")
    return _template(sample, recipient_type, kind, language)


@router.post(f"{PATH}/preview", operation_id="preview_template", response_model=TemplatePreview)
async def preview(
    body: TemplatePreviewRequest, member: MemberDep, db: DbDep, request: Request, settings: SettingsDep
) -> TemplatePreview:
    """A text filled in with an example, its parts and what they cost on the own balance."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    sample = await _sample(db, member, request)
    text = body.text
    if text is None:
        text = sample.texts.get(body.language, template_key(body.recipient_type, body.kind))
    filled = sample.fill(text, body.language)
    measured = measure(filled)
    price = Money(amount=measured.parts * settings.part_price_minor, currency=sample.currency)
    return TemplatePreview(
        text=filled,
        alphabet="gsm" if measured.alphabet == "gsm" else "ucs2",
        units=measured.units,
        parts=measured.parts,
        left_in_part=measured.left,
        price=price,
    )


class _Sample:
    """An invented visit at the caller's own account."""

    def __init__(self, texts: Texts, account_name: str | None, currency: str, public_url: str) -> None:
        self.texts = texts
        self.currency = currency
        self._account_name = account_name
        self._link = f"{public_url.rstrip('/')}/b/7KQ2MX"

    def fill(self, text: str, language: str) -> str:
        """The text with the invented visit in it; refuses what cannot be filled in."""
        try:
            fields = [found for found in string.Formatter().parse(text) if found[1] is not None]
        except ValueError as error:
            raise TemplateMalformed from error
        for _, name, form, conversion in fields:
            if form or conversion:
                raise TemplateMalformed  # widths and the like are no business of a message
            if name not in VARIABLES:
                raise TemplateVariableUnknown(str(name), list(VARIABLES))
        values = {name: self.texts.get(language, f"sample.{name}") for name in _NAMES}
        account = self._account_name or self.texts.get(language, "sample.account")
        return text.format_map({**values, **_TIMES, "account": account, "link": self._link})


async def _sample(db: DbDep, member: MemberDep, request: Request) -> _Sample:
    async with db.tx(member.account_id) as tx:
        account = await tx.get(AccountCopy, member.account_id)
    name, currency = (account.name, account.currency) if account else (None, "UAH")
    return _Sample(request.app.state.texts, name, currency, request.app.state.base_url)


def _template(sample: _Sample, recipient_type: str, kind: str, language: str) -> Template:
    text = sample.texts.get(language, template_key(recipient_type, kind))
    example = sample.fill(text, language)
    return Template(
        kind=kind,
        recipient_type="staff" if recipient_type == "staff" else "client",
        language="ru" if language == "ru" else "en" if language == "en" else "uk",
        text=text,
        variables=list(VARIABLES),
        example=example,
        example_parts=measure(example).parts,
    )
