"""Say how a membership is now, to the other services and to this one's own edge."""

from contracts.identity import MembershipAdded, MembershipChanged, MembershipRemoved, MembershipRestored
from identity.tables import Membership, User
from kit import access
from kit.db import Tx
from kit.messaging import now_utc

from .api_keys.end_tokens import end_tokens_of_keeper

Said = MembershipAdded | MembershipChanged | MembershipRemoved | MembershipRestored


async def tell_membership(said: type[Said], membership: Membership, user: User, tx: Tx) -> None:
    """Emit the event; the copy that decides about requests here changes in the same transaction."""
    event = said(account_id=membership.account_id, version=membership.version, membership=membership.state(user))
    tx.emit(event)
    await access.copy_membership(event, tx)
    if isinstance(event, MembershipChanged | MembershipRemoved):
        await end_tokens_of_keeper(membership.account_id, membership.user_id, tx, now_utc())
