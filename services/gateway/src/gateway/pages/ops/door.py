"""The door of the console: the operator token, once in four hours."""

from __future__ import annotations

from starlette.responses import Response

from gateway.clients.admin import Admin
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep
from gateway.pages.words import t

from .frame import SEAL, STAYS_S, written

router = page_router()


@router.get("/ops/door")
async def shown(visit: VisitDep) -> Response:
    """Ask for the token."""
    await visit.profile()
    return visit.page("ops/door.html.jinja", form=Form())


@router.post("/ops/door")
async def enter(visit: VisitDep) -> Response:
    """Take it; only a mark of having shown it stays in the browser."""
    me = await visit.profile()
    form = await visit.form()
    admin: Admin = visit.request.app.state.admin
    if not admin.knows(form.value("token").strip()):
        await written(visit, "refused at the door", "")
        form.refuse("token", t("ops.token_wrong"), t("ops.token"))
        return visit.page("ops/door.html.jinja", 403, form=form)
    visit.cookies.put(SEAL, visit.seals.close(SEAL, str(me.id)), max_age_s=STAYS_S)
    await written(visit, "entered", "")
    return visit.go("/ops")


@router.post("/ops/leave")
async def leave(visit: VisitDep) -> Response:
    """Forget that the token was shown."""
    visit.cookies.drop(SEAL)
    return visit.go("/")
