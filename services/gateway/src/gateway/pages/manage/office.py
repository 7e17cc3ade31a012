"""What all pages of one account share: who asks there, and the frame around the page."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.identity import MembershipAnswer
from gateway.pages.errors import PageUnknown
from gateway.pages.visit import Visit

from .sections import GROUPS


async def member_of(visit: Visit, account_id: UUID) -> MembershipAnswer:
    """The caller's place in the account. Raises `SignInNeeded`, or `PageUnknown` for who does not work there."""
    found = await visit.membership(account_id)
    if found is None:
        raise PageUnknown
    return found


async def office_page(
    visit: Visit, account_id: UUID, section: str, template: str, status: int = 200, **values: object
) -> Response:
    """A page of the account with the list of sections beside it; a template of another folder is named with it."""
    member = await member_of(visit, account_id)
    name = template if "/" in template else f"manage/{template}"
    return visit.page(
        f"{name}.html.jinja",
        status,
        member=member,
        account_id=account_id,
        section=section,
        section_groups=GROUPS,
        **values,
    )
