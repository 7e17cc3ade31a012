"""Say how a membership is now, to the other services and to this one's own edge."""

from contracts.identity import (
    MembershipAdded,
    MembershipChanged,
    MembershipRemoved,
    MembershipRestored,
    MembershipState,
    VisitsChoice,
)
from identity.tables import Account, Membership, User
from kit import access
from kit.db import Tx
from kit.messaging import now_utc

from .api_keys.end_tokens import end_tokens_of_keeper
from .audit import Actor

Said = MembershipAdded | MembershipChanged | MembershipRemoved | MembershipRestored


async def tell_membership(said: type[Said], membership: Membership, user: User, tx: Tx) -> None:
    """Emit the event; the copy that decides about requests here changes in the same transaction."""
    state = await _state_of(membership, user, tx)
    await _tell(said(account_id=membership.account_id, version=membership.version, membership=state), tx)


async def tell_removal(membership: Membership, user: User, visits: VisitsChoice, by: Actor, tx: Tx) -> None:
    """Say that somebody left, who ended it, and what shall become of the clients who are awaited."""
    event = MembershipRemoved(
        account_id=membership.account_id,
        version=membership.version,
        membership=await _state_of(membership, user, tx),
        visits=visits,
        removed_by=by.user_id,
        removed_by_name=by.name,
    )
    await _tell(event, tx)


async def _state_of(membership: Membership, user: User, tx: Tx) -> MembershipState:
    """With what the account demands of all its members."""
    account = await tx.get_one(Account, membership.account_id)
    demanded_by = (account.factor_demanded_by or "–") if account.second_factor_demanded else None
    return membership.state(user).model_copy(update={"second_factor_demanded_by": demanded_by})


async def _tell(event: MembershipAdded | MembershipChanged | MembershipRemoved | MembershipRestored, tx: Tx) -> None:
    tx.emit(event)
    await access.copy_membership(event, tx)
    if isinstance(event, MembershipChanged | MembershipRemoved):
        said = event.membership
        await end_tokens_of_keeper(said.account_id, said.user_id, tx, now_utc())
