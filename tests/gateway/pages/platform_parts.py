"""The platform as its services would tell of it, and a firm that has made everything of its page."""

from __future__ import annotations

from contracts.base import Money
from contracts.http.books import PriceList, PriceOfExtra
from contracts.http.catalogue import PublicSite, Rating
from contracts.http.feedback import IdeaAnswer, IdeasAnswer, MessageReceived

from .salon import moment, page, uid
from .stage import Asked, No, Stage

IDEA = uid(97)


def open_platform(stage: Stage) -> None:
    """Prices, wishes, letters, and notifications that answer only those who sign in."""
    stage.on("fiscal", "GET", "/price-list", prices())
    idea = IdeaAnswer(
        id=IDEA, title="Запис із Telegram", text="", state="planned", votes=3, voted=False, created_at=moment(-9, 9)
    )
    stage.on("identity", "GET", "/platform/ideas", IdeasAnswer(items=(idea,)))
    stage.on("identity", "POST", "/platform/ideas", idea)
    stage.on("identity", "PUT", f"/platform/ideas/{IDEA}/vote", None)
    stage.on("identity", "POST", "/platform/messages", MessageReceived(number="k7m2xq9a", created_at=moment(0, 9)))
    stage.on("notifications", "GET", "/accounts/[^/]+/notifications", _signed_in_only)


def with_everything(stage: Stage) -> None:
    """A description, own CSS, reviews."""
    site = PublicSite(
        about_html="<p>Стрижемо й фарбуємо з <b>2010</b> року.</p><ul><li>Кава й чай для гостей</li></ul>",
        css=".own-text b { font-style: italic }",
    )
    stage.on("booking", "GET", "/public/levada", page(rating=Rating(average=4.75, count=8), site=site))


def prices() -> PriceList:
    base = PriceOfExtra(
        key="base", name="База", description="Календар, запис, нагадування", price=Money(amount=0), per="month"
    )
    extra = PriceOfExtra(
        key="domain", name="Свій домен", description="Сторінка на вашій адресі", price=Money(amount=9900), per="month"
    )
    return PriceList(currency="UAH", base=base, extras=[extra], note="SMS окремо.")


def _signed_in_only(_: Asked) -> None:
    raise No(401, "access.unauthenticated")
