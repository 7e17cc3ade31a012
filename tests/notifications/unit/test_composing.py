"""What a text costs: parts, worst cases, Latin letters."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.composing import worst_case
from notifications.domain.forecast import forecast
from notifications.domain.segments import Alphabet, measure
from notifications.domain.transliteration import transliterate
from notifications.errors import TemplateMalformed, TemplateVariableUnknown
from notifications.wording import OwnText, fill, judge_template, without_keys
from simulators.segments import sms_parts

NAMES = ["Марія", "Олена-Анастасія Пилипенко-Вишневецька", "John", "Zoë", "Єгор", "Олександра Щербань 🌸", "Ann"]
SERVICES = ["Стрижка", "Haircut", "Фарбування, тонування й укладка довгого волосся", "Nails €20", "Масаж № 5"]
TEMPLATE = "{account}: {date} о {time}, {service}, {staff}. {client}, {address} {link}"
PLAIN = "{account}: {date} {time}, {service} {client} {link}"


def visit(chance: random.Random) -> dict[str, str]:
    return {
        "account": "Salon",
        "address": chance.choice(["Khreshchatyk 1", "вул. Хрещатик 1, під’їзд 2"]),
        "client": chance.choice(NAMES),
        "service": ", ".join(chance.sample(SERVICES, chance.randint(1, 3))),
        "staff": chance.choice(NAMES),
        "date": "23.11",
        "time": "14:00",
        "link": "https://zapys.example/b/7KQ2MX",
    }


@pytest.mark.row("X22")
@pytest.mark.parametrize("template", [TEMPLATE, PLAIN])
@pytest.mark.parametrize("transliterated", [False, True])
def test_estimated_parts_are_billed_parts_on_a_thousand_visits_and_none_exceeds_the_worst(
    template: str, transliterated: bool
) -> None:
    chance = random.Random(22)
    visits = [visit(chance) for _ in range(1000)]
    values = {name: sorted({one[name] for one in visits}) for name in visits[0]}
    own = OwnText(template, transliterated)
    worst = worst_case(own, values)
    for one in visits:
        words = fill(own, one)
        assert words.parts == sms_parts(words.text)  # the operators count by themselves
        assert words.parts <= worst.parts


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("Згадка про Щастя", "Zghadka pro Shchastia"),
        ("Єнакієве, Їжакевич, Йосипівка, Юрій, Яготин", "Yenakiieve, Yizhakevych, Yosypivka, Yurii, Yahotyn"),
        ("Короп’є, Марʼяна", "Koropie, Mariana"),
        ("КИЇВ «Центр» — 450 ₴ №7", 'KYIV "Tsentr" - 450 UAH No7'),
        ("Щедра ЩЕДРА", "Shchedra SHCHEDRA"),
        ("завтра о 14:00", "zavtra o 14:00"),
    ],
)
def test_latin_letters_follow_the_rules_for_passports(written: str, latin: str) -> None:
    assert transliterate(written) == latin


@given(st.text(alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐЄЇЯ ыэёъ’ʼ«»—№₴abc123.,:", max_size=200))
def test_a_text_in_latin_letters_is_gsm(text: str) -> None:
    assert measure(transliterate(text)).alphabet is Alphabet.GSM


@pytest.mark.row("N58")
def test_a_text_names_only_what_messages_have() -> None:
    judge_template("{account} {phone} {address} {{braces}}")
    with pytest.raises(TemplateVariableUnknown) as refused:
        judge_template("{phone} {foo}")
    assert refused.value.variable == "foo"
    assert "phone" in refused.value.allowed
    for broken in ("{", "{client!r}", "{time:>20}", "}{"):
        with pytest.raises(TemplateMalformed):
            judge_template(broken)


def test_staff_do_not_see_what_lets_a_client_act() -> None:
    text = "Salon: https://zapys.example/b/7KQ2MX?key=a8_-Z and more"
    assert without_keys(text) == "Salon: https://zapys.example/b/7KQ2MX and more"


@pytest.mark.row("X14")
@given(costs=st.lists(st.integers(1, 4), max_size=200), free=st.integers(0, 30_000), price=st.integers(1, 120))
def test_the_credit_ends_with_the_first_message_that_finds_nothing_left(
    costs: list[int], free: int, price: int
) -> None:
    monday = datetime(2026, 12, 7, 9, tzinfo=UTC)
    week = [(monday + timedelta(minutes=40 * number), parts) for number, parts in enumerate(costs)]
    left, unpaid_at, went = free, None, 0
    for moment, parts in week:  # as the ledger does it, message by message
        if left < parts * price:
            unpaid_at = moment
            break
        left -= parts * price
        went += 1
    need = forecast(week, free, price)
    assert (need.runs_out_at, need.paid) == (unpaid_at, went)
    assert need.amount == sum(costs) * price
