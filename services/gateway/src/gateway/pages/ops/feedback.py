"""What people write to the platform: letters that wait for an answer, and wishes with what becomes of them."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from starlette.responses import Response

from contracts.http.feedback import IdeaChangeBody, IdeaState, MessageChangeBody
from gateway.pages.balance.purse import granted
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .frame import operator, ops_page, written

router = page_router()

STATES = get_args(IdeaState)


@router.get("/ops/contact")
async def letters(visit: VisitDep) -> Response:
    """Those that wait first."""
    await operator(visit)
    found, refusal = await granted(visit.api.platform.messages())
    return ops_page(visit, "ops/contact", "contact", items=found.items if found else (), refusal=refusal)


@router.post("/ops/contact/{message_id}")
async def answered(visit: VisitDep, message_id: UUID) -> Response:
    """Somebody has answered, or not yet after all."""
    await operator(visit)
    is_answered = (await visit.form()).has("answered", "yes")
    letter = await visit.api.platform.change_message(message_id, MessageChangeBody(answered=is_answered))
    await written(visit, "answered letter" if is_answered else "letter waits again", "", number=letter.number)
    said = "ops.contact_marked" if is_answered else "ops.contact_waiting_again"
    return visit.go("/ops/contact", said, number=letter.number)


@router.get("/ops/contact/{message_id}")
async def back_to_letters(visit: VisitDep, message_id: UUID) -> Response:
    """The address of a form, opened again."""
    return visit.go(f"/ops/contact#m-{message_id}")


@router.get("/ops/ideas")
async def ideas(visit: VisitDep) -> Response:
    """The most wanted first, hidden ones among them."""
    await operator(visit)
    found, refusal = await granted(visit.api.platform.ideas(with_hidden=True))
    return ops_page(visit, "ops/ideas", "ideas", items=found.items if found else (), refusal=refusal, states=STATES)


@router.post("/ops/ideas/{idea_id}")
async def change_idea(visit: VisitDep, idea_id: UUID) -> Response:
    """Another state, or out of sight and back."""
    await operator(visit)
    form = await visit.form()
    hidden = {"yes": True, "no": False}.get(form.value("hidden"))
    wanted = {"hidden": hidden} if hidden is not None else {"state": form.text("state")}
    idea = await visit.api.platform.change_idea(idea_id, visit.body(IdeaChangeBody, wanted))
    await written(visit, "changed idea", "", idea_id=str(idea_id), state=idea.state, hidden=idea.hidden)
    return visit.go(f"/ops/ideas#i-{idea_id}", "ops.idea_saved", title=idea.title)


@router.get("/ops/ideas/{idea_id}")
async def back_to_ideas(visit: VisitDep, idea_id: UUID) -> Response:
    """The address of a form, opened again."""
    return visit.go(f"/ops/ideas#i-{idea_id}")
