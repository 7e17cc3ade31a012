"""What the pages themselves refuse, and the ways a page handler ends early."""

from dataclasses import dataclass
from typing import ClassVar

from kit.errors import Kind, Problem


@dataclass(eq=False)
class FormForeign(Problem):
    """A form came from another site or from a page older than the browser's cookie: it might be a forgery."""

    code: ClassVar[str] = "gateway.form_foreign"
    kind: ClassVar[Kind] = Kind.FORBIDDEN


@dataclass(eq=False)
class CookiesOff(Problem):
    """The browser kept nothing of the page that it was just given: it would not stay signed in either."""

    code: ClassVar[str] = "gateway.cookies_off"
    kind: ClassVar[Kind] = Kind.REFUSED


@dataclass(eq=False)
class PageUnknown(Problem):
    """There is no page at this address."""

    code: ClassVar[str] = "gateway.page_unknown"
    kind: ClassVar[Kind] = Kind.NOT_FOUND


class SignInNeeded(Exception):
    """The page is for people who have signed in; they come back to it afterwards."""


class GoTo(Exception):
    """End here and let the browser open another page."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address
