"""Who may use the console, and what its pages share. Every act is written into the log with its author and reason."""

from __future__ import annotations

import structlog
from starlette.responses import Response

from gateway.clients.admin import Admin
from gateway.pages.errors import GoTo
from gateway.pages.visit import Visit

log = structlog.get_logger("operator")

TABS = ("ops", "ops/dead-letters", "ops/life", "ops/texts", "ops/support", "ops/contact", "ops/ideas")
SEAL = "operator"
STAYS_S = 4 * 3600
UTC = "UTC"


async def operator(visit: Visit) -> Admin:
    """The doors, for whoever is signed in and has shown the operator token within four hours; else the way there."""
    me = await visit.profile()
    if visit.seals.open(SEAL, visit.cookies.get(SEAL), max_age_s=STAYS_S) != str(me.id):
        raise GoTo("/ops/door")
    admin: Admin = visit.request.app.state.admin
    return admin


async def written(visit: Visit, act: str, reason: str, **about: object) -> None:
    """Leave a trace of an act: who, what, why."""
    me = await visit.profile()
    log.warning("operator act", act=act, reason=reason, operator_id=str(me.id), operator_name=me.name, **about)


def ops_page(visit: Visit, tab: str, template: str, status: int = 200, **values: object) -> Response:
    """A page of the console; moments are shown in UTC, as logs and traces have them."""
    return visit.page(f"ops/{template}.html.jinja", status, tab=tab, ops_tabs=TABS, zone=UTC, **values)
