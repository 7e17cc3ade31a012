"""One request of one browser: language, look, who is signed in, the services on their behalf, the page that answers."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from contracts.http.identity import MembershipAnswer, ProfileAnswer, StepUpAnswer, TokensAnswer
from gateway.clients import Api, Asker, Refused, Services
from gateway.settings import Settings
from kit import context, problems
from kit.texts import LANGUAGES, negotiate

from . import session
from .cookies import Cookies
from .errors import CookiesOff, FormForeign, SignInNeeded
from .forms import Form
from .rendering import render
from .seals import Seals
from .words import t, texts

THEMES = ("auto", "light", "dark")
_DAY_S = 24 * 3600
_LOOK = ("lang", "theme")
_OURS = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*")
"""Browsers take a backslash for a slash and leave out control signs: `/<tab>/there` leads to another site."""

B = TypeVar("B", bound=BaseModel)


class Visit:
    """What a page handler works with."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.settings: Settings = request.app.state.settings
        self.cookies = Cookies(
            request.cookies,
            is_secure=self.settings.public_url.startswith("https://"),
            is_framed=request.query_params.get("embed") == "1",
        )
        self.seals = Seals.of(request.app)
        self.language = self._chosen("lang", LANGUAGES) or negotiate(request.headers.get("accept-language"))
        self.theme = self._chosen("theme", THEMES) or "auto"
        context.amend(language=self.language)
        self._services: Services = request.app.state.services
        self._token: str | None = None
        self.unknown_because: Refused | None = None
        """Why nobody can say now who this is; signing in again would not help."""
        self._profile: ProfileAnswer | None = None
        self._address: str | None = None

    # Who

    async def begin(self) -> None:
        """Find out who is signed in; an ended access token is renewed."""

        async def renew(refresh_token: str) -> TokensAnswer:
            return await self._api(None).identity.refresh(refresh_token)

        try:
            self._token = await session.access_token(self.cookies, session.Renewals.of(self.request.app), renew)
        except Refused as refused:
            self.unknown_because = refused  # open pages are shown as to a stranger

    @property
    def access_token(self) -> str | None:
        """The token of whoever is signed in."""
        return self._token

    @property
    def is_part(self) -> bool:
        """Whether a script asked for the page's own part, to be shown within another page."""
        return self.request.headers.get("x-part") == "1"

    @property
    def is_signed_in(self) -> bool:
        return self._token is not None

    @property
    def api(self) -> Api:
        """The services, on behalf of whoever is signed in, or of anybody."""
        return self._api(self._token)

    async def profile(self) -> ProfileAnswer:
        """Who is signed in. Raises `SignInNeeded` for a stranger."""
        if not self.is_signed_in:
            raise SignInNeeded
        if self._profile is None:
            self._profile = await self.api.identity.me()
        return self._profile

    @property
    def owner_mark(self) -> str | None:
        """Tells apart whose page this is, without saying who; known once the page has asked for the profile."""
        return None if self._profile is None else hashlib.sha256(self._profile.id.bytes).hexdigest()[:16]

    async def membership(self, account_id: UUID) -> MembershipAnswer | None:
        """The place of whoever is signed in in one account; none for a stranger to it."""
        found = [one for one in (await self.profile()).memberships if one.account_id == account_id]
        return found[0] if found else None

    def signed_in(self, tokens: TokensAnswer) -> None:
        """From here on the browser is this person's."""
        session.keep(self.cookies, tokens)
        self._token = tokens.access_token
        self._profile = None

    def confirmed(self, fresh: StepUpAnswer) -> None:
        """From here on this session may do dangerous acts for a while."""
        session.keep_access(self.cookies, fresh.access_token, fresh.expires_in)
        self._token = fresh.access_token

    def signed_out(self) -> None:
        """From here on it is nobody's."""
        session.forget(self.cookies)
        self._token = None

    @property
    def device(self) -> str:
        """How the person will recognise this browser."""
        return self.request.headers.get("user-agent", "")[:100]

    def _api(self, token: str | None) -> Api:
        address = self.request.client.host if self.request.client else ""
        return self._services.on_behalf(
            Asker(self.language, access_token=token, address=address, device=self.request.headers.get("user-agent", ""))
        )

    # Where

    @property
    def address(self) -> str:
        """Path and query of the page that is shown; a form that is shown again has the address of its page."""
        if self._address is not None:
            return self._address
        url = self.request.url
        return _ours(url.path, urlencode([pair for pair in parse_qsl(url.query) if pair[0] not in _LOOK]))

    @address.setter
    def address(self, value: str) -> None:
        self._address = value

    def here(self, **changes: str) -> str:
        """The page that is shown, with other query values."""
        path, _, query = self.address.partition("?")
        pairs = [pair for pair in parse_qsl(query) if pair[0] not in changes] + list(changes.items())
        return f"{path}?{urlencode(pairs)}" if pairs else path

    @property
    def login_address(self) -> str:
        """Where to sign in and come back from."""
        back = self.address
        return "/login" if back in ("/", "/login") or back.startswith("/login") else f"/login?next={quote(back)}"

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    @property
    def form_address(self) -> str:
        """The page of ours whose form was sent, or the page that is shown."""
        sent_from = urlsplit(self.request.headers.get("referer", ""))
        if self.request.method == "GET" or sent_from.netloc != self.request.headers.get("host"):
            return self.address
        return _ours(sent_from.path, sent_from.query)

    @property
    def came_from(self) -> str:
        """Where a way back leads: the page of ours before this one, never this one again."""
        if self.request.method != "GET":
            return self.form_address
        before = urlsplit(self.request.headers.get("referer", ""))
        if before.netloc == self.request.headers.get("host") and before.path != self.request.url.path:
            return _ours(before.path, before.query)
        return "/me" if self.is_signed_in else "/"

    # Forms

    async def form(self) -> Form:
        """The form that was sent."""
        return Form.sent(await self.request.form())

    def body(self, model: type[B], values: Mapping[str, Any], *, emptied: tuple[str, ...] = ()) -> B:
        """A request body out of typed values; those that are none are left out, but said for the `emptied`.

        Raises `Refused` as the service would for what the model does not take.
        """
        said = {name: value for name, value in values.items() if value is not None or name in emptied}
        try:
            return model.model_validate(said)
        except ValidationError as error:
            told = problems.body_of(problems.invalid(error), texts(), self.language, self.settings.public_url)
            raise Refused(told, 422) from error

    @property
    def csrf(self) -> str:
        """What a form of ours carries and one of a stranger cannot know."""
        seed = self.cookies.get("seed")
        if seed is None:
            seed = secrets.token_urlsafe(16)
            self.cookies.put("seed", seed)
        return self.seals.close("form", seed)

    async def check_form(self) -> None:
        """Raises `FormForeign` unless the form came from a page of ours in this browser, and `CookiesOff` when that
        browser keeps nothing."""
        origin = self.request.headers.get("origin")
        base, host = self.settings.public_url.rstrip("/"), self.request.headers.get("host")
        # Behind a front server a firm's own domain is reached as safely as ours, whatever the last leg says.
        ours = {base, f"{self.request.url.scheme}://{host}", f"{base.partition('://')[0]}://{host}"}
        if origin is not None and origin not in ours:
            raise FormForeign
        token = (await self.request.form()).get("csrf")
        seed = self.seals.open("form", token if isinstance(token, str) else None, max_age_s=7 * _DAY_S)
        known = self.cookies.get("seed")
        if seed is not None and not self.request.cookies:
            raise CookiesOff
        if seed is None or known is None or not secrets.compare_digest(str(seed), known):
            raise FormForeign

    # Answers

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """A page with what every page needs."""
        return HTMLResponse(render(template, visit=self, **values), status)

    def go(self, address: str, said: str | None = None, **params: object) -> Response:
        """Let the browser open another page of ours; `said` is a text key to be shown there once."""
        if said is not None:
            self.cookies.put("said", self.seals.close("said", t(said, **params)), max_age_s=60)
        return RedirectResponse(address, 303)

    def moved(self, address: str) -> Response:
        """The page has another address now, for good."""
        return RedirectResponse(address, 301)

    @cached_property
    def flash(self) -> str | None:
        """What the page before wanted to say; whoever reads it takes it out of the browser."""
        said = self.seals.open("said", self.cookies.get("said"), max_age_s=60)
        self.cookies.drop("said")
        return str(said) if said else None

    def _chosen(self, name: str, known: tuple[str, ...]) -> str | None:
        asked = self.request.query_params.get(name)
        if asked in known:
            self.cookies.put(name, asked)
            return asked
        remembered = self.cookies.get(name)
        return remembered if remembered in known else None


def safe_next(address: str | None, otherwise: str) -> str:
    """The address to come back to, when it is one of ours."""
    return address if address and _OURS.fullmatch(address) else otherwise


def _ours(path: str, query: str) -> str:
    """An address of this site: a path that begins with two slashes would name another one where it is linked to."""
    path = "/" + path.lstrip("/\\")
    return f"{path}?{query}" if query else path


async def _visit(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


VisitDep = Annotated[Visit, Depends(_visit)]
