"""Say how an account is now, to the other services and to this one's own guard of acts."""

from contracts.identity import AccountChanged, AccountRegistered
from identity.tables import Account
from kit import second_person
from kit.db import Tx


async def tell_account(said: type[AccountRegistered | AccountChanged], account: Account, tx: Tx) -> None:
    """Emit the event; the marks that this service obeys change in the same transaction."""
    event = said(account_id=account.id, version=account.version, account=account.state())
    tx.emit(event)
    await second_person.copy_marked_acts(event, tx)
