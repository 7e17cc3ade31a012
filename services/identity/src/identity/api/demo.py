"""A look at the product without signing up."""

from fastapi import APIRouter, Response

from contracts.http.identity import SignedInAnswer
from identity import queries
from identity.errors import DemoNotReady
from identity.usecases.keep_demo import todays_demo
from identity.usecases.open_session import open_session
from identity.wiring import WiringDep
from kit.edge import DbDep
from kit.messaging import now_utc

from .answers import user_answer
from .auth import hand_over

router = APIRouter(prefix="/api/v1/demo", tags=["Signing in"])


@router.post(
    "/sessions",
    status_code=201,
    operation_id="open_demo",
    responses={503: {"description": "Today's demo account is not there yet, or this installation has none"}},
)
async def post_demo_session(response: Response, db: DbDep, wiring: WiringDep) -> SignedInAnswer:
    """Sign in as the owner of the demo account: sample data, no real messages, everything new tomorrow."""
    async with db.system_tx() as tx:
        found = await todays_demo(tx)
        if found is None:
            raise DemoNotReady
        _, user = found
        opened = await open_session(user, "demo", tx, now_utc())
        memberships = await queries.memberships_of(tx, user.id)
    tokens = await hand_over(user, opened, response, db, wiring)
    return SignedInAnswer(**tokens.model_dump(), user=user_answer(user, memberships))
