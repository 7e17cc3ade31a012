"""Refusals of Checkbox: an HTTP status and a text; 422 adds where and what."""

from collections.abc import Sequence

BAD_LOGIN = "Невірний логін або пароль"
BAD_PIN = "Невірний пін-код"
BAD_TOKEN = "Невірний токен доступу"
NOT_AUTHENTICATED = "Not authenticated"
BAD_LICENCE = "Невірний ключ ліцензії каси"
NO_CLIENT_NAME = "Не вказано заголовок X-Client-Name"
SHIFT_CLOSED = "Зміну не відкрито"
SHIFT_OPENING = "Зміна ще відкривається"
SHIFT_TOO_OLD = "Зміну відкрито понад 24 години. Закрийте зміну"
SHIFT_KNOWN = "Зміна з таким ідентифікатором вже існує"
CASHIER_AT_WORK = "Касир вже працює з даною касою"
CASHIER_ELSEWHERE = "Касир вже працює з іншою касою"
REGISTER_TAKEN = "Каса зайнята іншим касиром"
KEY_EXPIRED = "Термін дії ключа закінчився"
SIGNATURE_INACTIVE = "Підпис касира недоступний"
RECEIPT_KNOWN = "Чек з таким ідентифікатором вже існує"
RECEIPT_REJECTED = "9 DocumentValidationError: документ не пройшов перевірку"
OPENING_FAILED = "4 ShiftAlreadyOpened: зміну вже відкрито"
CLOSING_FAILED = "Сервер ДПС не прийняв Z-звіт"
NO_CASH = "Недостатньо готівки в касі"
NO_CODES = "Закінчились фіскальні номери для роботи офлайн"
OFFLINE_TOO_LONG = "Каса працює офлайн понад 36 годин"
TOO_MANY = "Забагато запитів"
NOT_FOUND = "Об'єкт не знайдено"


class Refused(Exception):
    """The call is refused with this HTTP status and text."""

    def __init__(self, status: int, message: str, detail: Sequence[dict[str, object]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail

    def shown(self) -> dict[str, object]:
        body: dict[str, object] = {"message": self.message}
        if self.detail is not None:
            body["detail"] = list(self.detail)
        return body


def invalid(where: Sequence[str | int], what: str, kind: str = "value_error") -> Refused:
    """The 422 of one wrong field."""
    return Refused(422, "Validation error", [{"loc": ["body", *where], "msg": what, "type": kind}])
