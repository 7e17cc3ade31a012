"""Codes by SMS: asked for, guarded, entered again before a dangerous act."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Header, Request, Response

from contracts.base import Language
from contracts.http.identity import CaptchaAnswer, LoginCodeAnswer, LoginCodeBody, StepUpAnswer, StepUpBody
from identity import captcha, queries
from identity.keyring import ACCESS_LIFE
from identity.usecases.admit_send import Asker
from identity.usecases.confirm_session import confirm_session
from identity.usecases.request_code import Wanted, request_code
from identity.usecases.second_factor.judge_factor import factor_in_force
from identity.wiring import WiringDep
from kit.callers import STEP_UP_AGE
from kit.context import DEFAULT_LANGUAGE
from kit.edge import CallerDep, DbDep
from kit.errors import Problem
from kit.messaging import now_utc
from kit.texts import negotiate

from . import cookies
from .phones import allowed_phone

router = APIRouter(prefix="/api/v1/auth", tags=["Signing in"])

LanguageHeader = Annotated[str | None, Header(alias="Accept-Language", include_in_schema=False)]


@router.post(
    "/codes",
    status_code=202,
    operation_id="request_login_code",
    responses={
        422: {"description": "Not a phone, no codes go there, or a captcha must be solved first"},
        429: {"description": "Past the limits"},
    },
)
async def post_code(
    body: LoginCodeBody,
    request: Request,
    response: Response,
    db: DbDep,
    wiring: WiringDep,
    accept_language: LanguageHeader = None,
) -> LoginCodeAnswer:
    """Send a login code to the phone; the answer is the same whether anybody has that phone."""
    settings = wiring.settings
    phone_e164 = allowed_phone(body.phone, settings)
    asker = Asker(request.client.host if request.client else "", body.page, body.captcha)
    is_browser = "sec-fetch-site" in request.headers
    async with db.system_tx() as tx:
        now = now_utc()
        wanted = Wanted(
            language=language_of(accept_language, await queries.language_of_phone(tx, phone_e164)),
            domain=settings.public_host,
            is_bound=body.bound or is_browser,
            secret=body.attempt or cookies.read(request, "attempt", settings),
            device_token=body.device_token or cookies.read(request, "device", settings),
        )
        on_its_way = await request_code(phone_e164, wanted, asker, tx, now, wiring.guarding)
    if on_its_way.secret:
        keep_s = cookies.ATTEMPT_KEPT_S
        cookies.keep(response, "attempt", on_its_way.secret, max_age_s=keep_s, settings=settings)
    response.headers["Cache-Control"] = "no-store"
    return LoginCodeAnswer(
        expires_at=_whole_seconds(on_its_way.expires_at),
        resend_at=_whole_seconds(on_its_way.resend_at),
        attempt=on_its_way.secret,
    )


@router.get("/captcha", operation_id="read_captcha")
async def get_captcha(wiring: WiringDep, response: Response) -> CaptchaAnswer:
    """Work to be done once `identity.captcha_required` asks for it; good for one code, for ten minutes."""
    response.headers["Cache-Control"] = "no-store"
    return captcha.new_challenge(wiring.pepper, now_utc())


@router.post(
    "/step-up",
    operation_id="step_up",
    responses={401: {"description": "Code wrong, expired or used"}, 429: {"description": "No tries left"}},
)
async def post_step_up(
    body: StepUpBody, request: Request, response: Response, caller: CallerDep, db: DbDep, wiring: WiringDep
) -> StepUpAnswer:
    """Enter a fresh code so that this session may do dangerous acts for a while.

    It is asked for as for signing in; whoever has a second factor enters its code instead, and no SMS takes its place.
    """
    secret = body.attempt or cookies.read(request, "attempt", wiring.settings)
    async with db.system_tx() as tx:
        now = now_utc()
        done = await confirm_session(
            caller.user_id,
            caller.session_id,
            body.code,
            secret,
            tx,
            now,
            pepper=wiring.pepper,
            domain=wiring.settings.public_host,
        )
        has_factor = await factor_in_force(caller.user_id, tx, now) is not None
    if isinstance(done, Problem):
        raise done
    response.headers["Cache-Control"] = "no-store"
    token = (await wiring.keys.fresh(db)).access_token(
        user_id=done.id,
        session_id=caller.session_id,
        phone_e164=done.phone_e164,
        confirmed_at=now,
        now=now,
        has_second_factor=has_factor,
    )
    expires_in = int(ACCESS_LIFE.total_seconds())
    return StepUpAnswer(access_token=token, expires_in=expires_in, fresh_until=now + STEP_UP_AGE)


def language_of(header: str | None, profile: str | None) -> Language:
    """The language of the browser, or else of the profile."""
    return cast(Language, negotiate(header, profile or DEFAULT_LANGUAGE))


def _whole_seconds(moment: datetime) -> datetime:
    """Without the fraction, so that answers are of one length."""
    return moment.replace(microsecond=0)
