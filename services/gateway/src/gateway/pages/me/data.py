"""`/me/data`: everything that is kept of the person, to take along or to have forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from starlette.responses import Response

from contracts.http.clients import OwnEraseBody
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

router = page_router()


@router.get("/me/data")
async def data(visit: VisitDep) -> Response:
    """Who keeps what."""
    return await _page(visit, Form())


@router.get("/me/data.json")
async def export(visit: VisitDep) -> Response:
    """All of it as one file."""
    profile = await visit.profile()
    own = visit.api.own
    told = {
        "profile": profile.model_dump(mode="json"),
        "devices": (await visit.api.identity.sessions()).model_dump(mode="json")["items"],
        "messages": (await own.wishes()).model_dump(mode="json"),
        "messages_by_company": (await own.wishes_by_account()).model_dump(mode="json")["items"],
        "waiting": (await own.waits()).model_dump(mode="json")["items"],
        "companies": json.loads(await own.client_data())["items"],
    }
    name = f"zapys-{datetime.now(UTC):%Y-%m-%d}.json"
    return Response(
        json.dumps(told, ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/me/data/erase")
async def ask(visit: VisitDep) -> Response:
    """Asked once, naming what goes: nothing brings it back."""
    return await _page(visit, Form(), asking=True)


@router.post("/me/data/erase")
async def erase(visit: VisitDep) -> Response:
    """Forget the person at one firm, or at all; with `login` the person as such too.

    Nothing brings back what is erased, so a login that cannot go is told of before anything is.
    """
    profile = await visit.profile()
    form = await visit.form()
    visit.address = "/me/data/erase" + (f"?account={form.value('account')}" if form.text("account") else "")
    if not form.has("sure"):
        return await _page(visit, form.refuse("sure", t("data.tick"), t("label.sure")), 422, asking=True)
    if form.has("login") and not form.text("account") and profile.memberships:
        names = ", ".join(sorted(one.account_name for one in profile.memberships))
        mistake = form.refuse("login", t("data.login_works", names=names), t("data.login"))
        return await _page(visit, mistake, 422, asking=True)
    try:
        body = visit.body(OwnEraseBody, {"confirm": "erase", "account_id": form.text("account")})
        done = await visit.api.own.erase_client_data(body)
        if form.has("login") and not form.text("account"):
            await visit.api.identity.erase_me()
            visit.signed_out()
            return visit.go("/", "data.login_erased")
    except Refused as refused:
        if refused.status == 401 or refused.code == "access.step_up_required":
            raise
        return await _page(visit, form.note(refused.problem), refused.status, asking=True)
    names = ", ".join(one.account_name for one in done.items)
    return visit.go("/me/data", "data.erased" if names else "data.nothing", names=names)


async def _page(visit: Visit, form: Form, status: int = 200, *, asking: bool = False) -> Response:
    works = bool((await visit.profile()).memberships)
    kept = (await visit.api.own.client_cards()).items
    wanted = next(iter(uuids([form.value("account") or visit.query.get("account", "")])), None)
    chosen = [one for one in kept if wanted in (None, one.account_id)]
    template = "me/erase.html.jinja" if asking else "me/data.html.jinja"
    return visit.page(
        template, status, section="settings", kept=kept, chosen=chosen, wanted=wanted, works=works, form=form
    )
