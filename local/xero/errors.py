"""Xero's ways of saying no, as exceptions that the API layer turns into answers (facts/xero.md §6)."""

from typing import Any

from local.xero.messages import Answer, Json, json_answer, text_answer

NOT_FOUND = "The resource you're looking for cannot be found"


class Refused(Exception):
    """One element is refused; `id` is the document it was about, where there is one."""

    def __init__(self, *messages: str, id: str | None = None) -> None:
        super().__init__(*messages)
        self.messages = messages
        self.id = id


class CallRefused(Exception):
    """The whole call is refused with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def not_found() -> CallRefused:
    """404 is plain text, never JSON (§6)."""
    return CallRefused(text_answer(404, NOT_FOUND))


def bad_data(message: str) -> CallRefused:
    """14 is what recorded answers carry; facts/xero.md §6 guesses 17."""
    return _exception(14, "PostDataInvalidException", message)


def bad_query(message: str) -> CallRefused:
    return _exception(16, "QueryParseException", message)


def validation(elements: list[Json]) -> Answer:
    body = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred"}
    return json_answer(400, {**body, "Elements": elements})


def problem(status: int, title: str, detail: str, instance: str, **headers: str) -> Answer:
    """The envelope of 401 and 403 (§6)."""
    body: dict[str, Any] = {"Type": None, "Title": title, "Status": status, "Detail": detail}
    return json_answer(status, {**body, "Instance": instance, "Extensions": {}}, headers)


def _exception(number: int, kind: str, message: str) -> CallRefused:
    return CallRefused(json_answer(400, {"ErrorNumber": number, "Type": kind, "Message": message}))
