"""Which cash register takes a payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fiscal.errors import ChooseRegister, NoRegisterForPaymentType, RegisterUnsuitable
from kit.errors import NotFound


@dataclass(frozen=True)
class Register:
    """What the choice depends on; no location means every location."""

    id: UUID
    name: str
    payment_types: frozenset[str]
    location_id: UUID | None
    is_active: bool

    def serves(self, payment_type: str, location_id: UUID) -> bool:
        """Whether a payment of this type may be taken here."""
        is_here = self.location_id is None or self.location_id == location_id
        return self.is_active and is_here and payment_type in self.payment_types


def choose_register(
    account_id: UUID, registers: Sequence[Register], payment_type: str, location_id: UUID, wanted: UUID | None
) -> Register:
    """The wanted register, or the only one that serves the type; each refusal says what to do."""
    if wanted is not None:
        named = next((register for register in registers if register.id == wanted), None)
        if named is None:
            raise NotFound("cash_register")
        if not named.serves(payment_type, location_id):
            raise RegisterUnsuitable(named.name, payment_type)
        return named
    serving = [register for register in registers if register.serves(payment_type, location_id)]
    if not serving:
        raise NoRegisterForPaymentType(str(account_id), payment_type)
    if len(serving) > 1:
        choices = [{"id": str(register.id), "name": register.name} for register in serving]
        raise ChooseRegister(payment_type, choices)
    return serving[0]
