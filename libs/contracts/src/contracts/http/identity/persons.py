"""What names a person here: a phone as people write it, the role of a member."""

from typing import Annotated, Literal

from pydantic import StringConstraints

RoleKey = Literal["owner", "administrator", "manager", "master", "operator", "support"]

Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
"""A phone number in any usual spelling; answers always carry E.164."""
