"""Scripts and styles as people with bad intentions write them, and a firm whose every text holds them."""

from __future__ import annotations

from itertools import product

from contracts.http.catalogue import Catalogue, CatalogueItem, PublicSite, Rating
from contracts.http.feedback import IdeaAnswer, IdeasAnswer

from .salon import location, moment, page, reviews, uid
from .stage import Stage

_DOES = ("alert(1)", "window.hacked=1", "fetch('//evil.example')")
_TAGS = (
    "<script>{}</script>",
    "<SCRIPT SRC=data:,{}></SCRIPT>",
    '"><script>{}</script>',
    "'><script>{}</script>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "</script><script>{}</script>",
    "<img src=x onerror={}>",
    '<img src=x onerror="{}">',
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<body onload={}>",
    '<iframe src="javascript:{}"></iframe>',
    '<iframe srcdoc="<script>{}</script>"></iframe>',
    '<a href="javascript:{}">тут</a>',
    '<a href="jav&#x09;ascript:{}">тут</a>',
    '<a href="data:text/html,<script>{}</script>">тут</a>',
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}>",
    "<marquee onstart={}>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}>",
    '<object data="javascript:{}">',
    '<embed src="javascript:{}">',
    '<form action="javascript:{}"><button>тут</button></form>',
    '<button formaction="javascript:{}">тут</button>',
    '<meta http-equiv=refresh content="0;url=javascript:{}">',
    '<base href="javascript:{}//">',
    '<link rel=stylesheet href="data:text/css,*{{x:expression({})}}">',
    "<style>*{{background:url(javascript:{})}}</style>",
    "<style>@import 'data:text/css,{}';</style>",
    '<div style="background:url(javascript:{})">',
    '<div style="x:expression({})">',
    '<table background="javascript:{}">',
    '<math><mi xlink:href="javascript:{}">тут</mi></math>',
    "<template><script>{}</script></template>",
    '<noscript><p title="</noscript><img src=x onerror={}>">',
    '<!--<img src="--><img src=x onerror={}>">',
    '<p hx-on:click="{}" hx-trigger=load hx-get=/x>',
    '<p hx-get="javascript:{}" hx-trigger=load>',
    "{{{{ {} }}}}",
    "{{% if {} %}}x{{% endif %}}",
    '" onmouseover="{}',
    "' autofocus onfocus='{}",
    "` onmouseover={} `",
    "javascript:{}",
    "<x onclick={} tabindex=1>тут</x>",
    "<img src=`x` onerror={}>",
)
PAYLOADS = [tag.format(does) for tag, does in product(_TAGS, _DOES)]


def poison(stage: Stage, payloads: list[str]) -> None:
    """Every text that a person or a firm may write is one of the payloads; all of them are somewhere."""
    kept = iter(payloads * 3)
    clean = page()
    services = [one.model_copy(update={"name": next(kept), "description": next(kept)}) for one in clean.services]
    more = [
        services[0].model_copy(update={"id": uid(300 + number), "name": text}) for number, text in enumerate(payloads)
    ]
    staff = [one.model_copy(update={"name": next(kept)}) for one in clean.staff]
    account = clean.account.model_copy(update={"name": next(kept), "city": next(kept)})
    place = location(name=next(kept), address=next(kept))
    site = PublicSite(
        about_html="".join(payloads),
        css="".join(f"{text}\n.own-{n} {{ color: red }}" for n, text in enumerate(payloads)),
    )
    made = page(
        account=account,
        services=[*services, *more],
        staff=staff,
        locations=[place],
        site=site,
        rating=Rating(average=4.5, count=2),
    )
    stage.on("booking", "GET", "/public/levada", made)
    one = reviews().items[0]
    texts = {name: next(kept) for name in ("text", "client_name", "answer")}
    told = one.model_copy(update={**texts, "services": [next(kept)], "staff": [next(kept)]})
    stage.on("booking", "GET", "/public/levada/reviews", reviews().model_copy(update={"items": [told]}))
    item = CatalogueItem(**account.model_dump(), addresses=[next(kept)])
    stage.on("booking", "GET", "/catalogue", Catalogue(items=[item]))
    ideas = tuple(
        IdeaAnswer(id=uid(600 + n), title=text, text=text, state="open", votes=1, voted=False, created_at=moment(-1, 9))
        for n, text in enumerate(payloads)
    )
    stage.on("identity", "GET", "/platform/ideas", IdeasAnswer(items=ideas))
