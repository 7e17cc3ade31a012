"""`/me/second-factor`: codes of an app beside the phone, so that a SIM in strange hands opens nothing."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from contracts.http.identity import NewSecondFactor, SecondFactorCodeBody
from gateway.clients import Refused
from gateway.pages import codes, session
from gateway.pages.forms import Form
from gateway.pages.login import note_code
from gateway.pages.pictures import square_code
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.zones import own_zone

router = page_router()

_PAGE = "/me/second-factor"
_STALE = "access.step_up_required"
_SEAL = "second factor"
_SET_UP_WITHIN_S = 30 * 60


@router.get(_PAGE)
async def second_factor(visit: VisitDep) -> Response:
    """Whether there is one, and what can be done about it."""
    return await _page(visit, Form())


@router.post(_PAGE)
async def begin(visit: VisitDep) -> Response:
    """The secret for the app, as a picture and in letters; this page alone has it."""
    await visit.profile()
    return _secret_page(visit, await visit.api.own.begin_second_factor(), Form())


@router.post(f"{_PAGE}/confirm")
async def confirm(visit: VisitDep) -> Response:
    """With a first code of the app it is in force, and the recovery codes are shown."""
    form = await visit.form()
    kept = visit.seals.open(_SEAL, form.value("begun"), max_age_s=_SET_UP_WITHIN_S)
    if not isinstance(kept, dict):
        return visit.go(_PAGE, "factor.begin_again")
    try:
        done = await visit.api.own.confirm_second_factor(_code(visit, form))
    except Refused as refused:
        if refused.code == _STALE or refused.status == 404:
            raise
        return _secret_page(visit, NewSecondFactor.model_validate(kept), note_code(form, refused), _status(refused))
    codes.keep_device(visit, done.device_token)
    visit.cookies.drop(session.ACCESS)  # the next page gets a token that knows of the factor
    return _codes_page(visit, done.recovery_codes)


@router.post(f"{_PAGE}/codes")
async def renew(visit: VisitDep) -> Response:
    """New recovery codes."""
    form = await visit.form()
    try:
        made = await visit.api.own.renew_recovery_codes(_code(visit, form))
    except Refused as refused:
        return await _page(visit, note_code(form, refused), _status(refused), wants="codes")
    return _codes_page(visit, made.recovery_codes)


@router.post(f"{_PAGE}/remove")
async def remove(visit: VisitDep) -> Response:
    """Take it off."""
    form = await visit.form()
    try:
        await visit.api.own.remove_second_factor(_code(visit, form))
    except Refused as refused:
        return await _page(visit, note_code(form, refused), _status(refused), wants="remove")
    return visit.go(_PAGE, "factor.removed")


@router.post(f"{_PAGE}/give-up")
async def give_up(visit: VisitDep) -> Response:
    """Take off one that is not asked for yet; one that is gone is as wanted."""
    await _unless_gone(visit.api.own.give_up_second_factor())
    return visit.go(_PAGE, "factor.removed")


@router.post(f"{_PAGE}/keep")
async def keep(visit: VisitDep) -> Response:
    """It is not lost."""
    await _unless_gone(visit.api.own.stop_second_factor_reset())
    return visit.go(_PAGE, "factor.kept")


async def _unless_gone(call: Any) -> None:
    try:
        await call
    except Refused as refused:
        if refused.status != 404:
            raise


def _code(visit: Visit, form: Form) -> SecondFactorCodeBody:
    return visit.body(SecondFactorCodeBody, {"code": form.value("code")})


def _status(refused: Refused) -> int:
    """A wrong code is a 401 as well: it says nothing about the session."""
    return 422 if refused.status == 401 else refused.status


async def _page(visit: Visit, form: Form, status: int = 200, *, wants: str = "") -> Response:
    await visit.profile()
    visit.address = _PAGE
    factor = await visit.api.own.second_factor()
    return visit.page(
        "me/second_factor.html.jinja",
        status,
        section="settings",
        factor=factor,
        zone=await own_zone(visit),
        form=form,
        blank=Form(),
        wants=wants,
    )


def _secret_page(visit: Visit, begun: NewSecondFactor, form: Form, status: int = 200) -> Response:
    visit.address = _PAGE
    groups = " ".join(begun.secret[at : at + 4] for at in range(0, len(begun.secret), 4))
    return visit.page(
        "me/second_factor_secret.html.jinja",
        status,
        section="settings",
        form=form,
        picture=square_code(begun.address),
        address=begun.address,
        secret=groups,
        begun=visit.seals.close(_SEAL, begun.model_dump()),
    )


def _codes_page(visit: Visit, recovery_codes: tuple[str, ...]) -> Response:
    visit.address = _PAGE
    return visit.page("me/second_factor_codes.html.jinja", section="settings", recovery_codes=recovery_codes)
