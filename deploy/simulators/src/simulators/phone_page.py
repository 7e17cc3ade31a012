"""The page on which a person sees the SMS arrive."""

from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader

from simulators.bench import Bench
from simulators.journal import phone_digits

STATIC = Path(__file__).parent / "static"
KYIV = ZoneInfo("Europe/Kyiv")
SHOWN_MESSAGES = 200
SHOWN_PHONES = 200

_templates = Environment(loader=PackageLoader("simulators"), autoescape=True)


class PhonePage:
    """`/phone`: the phones; `/phone?number=…`: the messages of one."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.router = APIRouter()
        self.router.add_api_route("/phone", self.show, methods=["GET"], response_class=HTMLResponse)

    async def show(self, request: Request, number: str = "") -> HTMLResponse:
        digits = phone_digits(number)
        phones = [
            {
                "number": spelled(phone),
                "digits": phone,
                "sender": newest.sender,
                "text": newest.text,
                "at": newest.at.astimezone(KYIV),
                "count": count,
            }
            for phone, newest, count in self._bench.phones.numbers()[:SHOWN_PHONES]
        ]
        messages = [
            {
                "sender": message.sender,
                "text": message.text,
                "provider": message.provider,
                "at": message.at.astimezone(KYIV),
            }
            for message in self._bench.phones.messages(digits)[:SHOWN_MESSAGES]
        ]
        page = _templates.get_template("phone.html").render(
            phones=phones, messages=messages, digits=digits, number=spelled(digits), root=request.scope["root_path"]
        )
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def spelled(digits: str) -> str:
    """A number as people write it."""
    if len(digits) == 12 and digits.startswith("380"):
        return f"+380 {digits[3:5]} {digits[5:8]} {digits[8:10]} {digits[10:]}"
    return "+" + digits if digits else ""
