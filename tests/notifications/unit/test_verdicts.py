"""Answers of providers, also those that no simulator gives: every documented code, and hostile nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.providers import Answer
from notifications.domain.delivery import step
from notifications.domain.outcomes import Accepted, Delivery, ErrorClass, Refused, Unknown
from notifications.providers import alphasms, turbosms_codes, turbosms_http, turbosms_soap

DOCUMENTED = [
    *(103, 104, 105, 106, 107),
    *range(200, 207),
    *range(300, 314),
    *(400, 401, 402, 403, 404, 405, 406, 407, 408, 409),
    *range(410, 428),
    *range(500, 508),
    *(800, 801, 802, 803, 999, 0, 1),
]


def judged(body: Any, status: int = 200) -> Any:
    answer = Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), {})
    envelope = turbosms_http._envelope(answer)
    return turbosms_http._without_verdict(answer) if envelope is None else turbosms_http._verdict(*envelope)


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_code_has_exactly_one_meaning(code: int) -> None:
    meanings = [
        code in turbosms_codes.SUCCESS,
        code == turbosms_codes.REPEATED,
        code in turbosms_codes.OUTCOME_UNKNOWN,
        code in turbosms_codes.CLASS_OF,
    ]
    assert sum(meanings) == 1


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (103, ErrorClass.AUTH),
        (106, ErrorClass.AUTH),
        (203, ErrorClass.NO_FUNDS),
        (302, ErrorClass.SENDER),
        (401, ErrorClass.SENDER),
        (305, ErrorClass.BAD_RECIPIENT),
        (404, ErrorClass.STOP_LIST),
        (412, ErrorClass.CONTENT),
        (427, ErrorClass.DUPLICATE),
        (502, ErrorClass.BUG),
    ],
)
def test_a_code_means_the_same_for_the_call_and_for_the_recipient(code: int, error: ErrorClass) -> None:
    of_call = judged({"response_code": code, "response_status": "X", "response_result": None})
    item = {"phone": "380671234567", "response_code": code, "message_id": None, "response_status": "X"}
    of_item = judged({"response_code": 802, "response_status": "X", "response_result": [item]})
    assert of_call == of_item == Refused(error, str(code), "X")


@pytest.mark.parametrize(
    "body",
    [
        b"<html></html>",
        b"",
        b"null",
        b"[]",
        b'{"response_code":"0"}',
        b'{"response_code":true}',
        b'{"response_code":800}',
        b'{"response_code":800,"response_result":[]}',
        b'{"response_code":800,"response_result":[null]}',
        b'{"response_code":800,"response_result":[{}]}',
        b'{"response_code":800,"response_result":{"phone":1}}',
        b'{"response_code":12345,"response_result":null}',
        b"[" * 5000,
    ],
)
def test_what_cannot_be_read_is_unknown_never_sent(body: bytes) -> None:
    assert isinstance(judged(body), Unknown)


fields = ["response_code", "response_result", "response_status", "message_id", "success", "data", "error"]
nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(fields), inner),
)


@given(nonsense)
def test_no_answer_whatever_breaks_the_clients(body: Any) -> None:
    outcome = judged(body)
    if isinstance(outcome, Accepted):
        assert body["response_code"] in {0, 1, 507, 800, 801, 802, 803}
    package = alphasms._package(Answer(200, json.dumps(body).encode(), {}))
    if package is not None and package["success"]:
        alphasms._status(alphasms._item(package))


@pytest.mark.parametrize("status", [401, 403])
def test_a_door_closed_by_http_is_a_matter_of_access(status: int) -> None:
    outcome = judged(b"", status)
    assert isinstance(outcome, Refused)
    assert outcome.error is ErrorClass.AUTH


@pytest.mark.parametrize("status", [200, 302, 500, 502, 504])
def test_a_page_of_some_proxy_says_nothing(status: int) -> None:
    assert isinstance(judged(b"<html>", status), Unknown)


@pytest.mark.parametrize(
    ("word", "delivery"),
    [
        ("Delivered", Delivery.DELIVERED),
        ("DELIVRD", Delivery.DELIVERED),
        ("Undelivered", Delivery.UNDELIVERED),
        ("UNDELIV", Delivery.UNDELIVERED),
        ("ENQUEUD", Delivery.QUEUED),
        ("Read", Delivery.READ),
        ("whatever", Delivery.UNKNOWN),
    ],
)
def test_both_spellings_of_turbosms_are_understood(word: str, delivery: Delivery) -> None:
    assert turbosms_codes.delivery_of(word) is delivery


def test_words_of_alphasms_are_compared_whole() -> None:
    assert alphasms.delivery_of("UNDELIVERABLE") is Delivery.UNDELIVERED
    assert alphasms.delivery_of("SIM FULL") is Delivery.UNDELIVERED
    assert alphasms.delivery_of("PARTIALLY DELIVERED") is Delivery.SENT


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (["Неверный логин или пароль"], ErrorClass.AUTH),
        (["Вы не авторизированы"], ErrorClass.AUTH),
        (["Не хватает 1.5 кредитов для отправки сообщений"], ErrorClass.NO_FUNDS),
        (["Данная подпись запрещена администратором"], ErrorClass.SENDER),
        (["Сообщения успешно отправлены", "Не удалось распознать номер получателя"], ErrorClass.BAD_RECIPIENT),
        (["Не достаточно параметров для выполнения функции"], ErrorClass.BUG),
        (["Сообщения успешно отправлены", "Не удалось сохранить данные сообщения"], ErrorClass.TRANSIENT),
    ],
)
def test_russian_sentences_have_their_classes(said: list[str], error: ErrorClass) -> None:
    outcome = turbosms_soap._verdict(said)
    assert isinstance(outcome, Refused)
    assert outcome.error is error


@pytest.mark.parametrize("said", [[], [""], ["Сообщения успешно отправлены"], ["Что-то новое"]])
def test_a_sentence_nobody_knows_is_unknown(said: list[str]) -> None:
    assert isinstance(turbosms_soap._verdict(said), Unknown)


def test_an_xml_with_a_document_type_is_not_read() -> None:
    with pytest.raises(turbosms_soap._NoVerdict):
        turbosms_soap._result(b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', "SendSMS")


@given(st.sampled_from(["sent", "unknown", "sending", "delivered", "failed"]), st.lists(st.sampled_from(Delivery)))
def test_news_move_a_message_only_forward(state: str, news: list[Delivery]) -> None:
    reached = state == "delivered"
    for delivery in news:
        moved = step(state, delivery)
        state = moved.state if moved else state
        reached = reached or delivery.reached
        assert (state == "delivered") == reached
