"""The `where` language of lists: comparisons of fields with literals, AND, OR, NOT, brackets (facts/xero.md §3.4).

    Name=="Ada" AND (EmailAddress!=null OR UpdatedDateUTC>=DateTime(2026, 11, 01))
    Contact.ContactID=guid("…")     Name.Contains("peter")     Name.ToLower().StartsWith("a")

`=` and `==` are the same, texts are compared without case and accents. A bad one is a 400 QueryParseException.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from local.xero.books import Row
from local.xero.dates import from_wire
from local.xero.errors import bad_query
from local.xero.kinds import Kind, Work

Predicate = Callable[[Row], bool]
Value = Callable[[Row], Any]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>\.?[A-Za-z_][\w.]*)"""
    r"""|(?P<sign>==|!=|<>|<=|>=|&&|\|\||[=<>()!,]))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: left is not None and right is not None and bool(left < right),
    ">": lambda left, right: left is not None and right is not None and bool(left > right),
    "<=": lambda left, right: left is not None and right is not None and bool(left <= right),
    ">=": lambda left, right: left is not None and right is not None and bool(left >= right),
}
_SAME_SIGN = {"=": "==", "<>": "!=", "&&": "AND", "||": "OR", "!": "NOT"}
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}
_UNCHANGED = ("tolower", "toupper", "tostring", "trim")  # case does not matter anyway


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of rows, and the fields it names."""

    holds: Predicate
    fields: frozenset[str]


def parse(condition: str, kind: Kind, work: Work) -> Condition:
    """Raises the 400 of a condition that cannot be read."""
    parser = _Parser(list(_tokens(condition)), kind, work)
    holds = parser.whole()
    return Condition(holds, frozenset(parser.named))


def _tokens(condition: str) -> Iterator[_Token]:
    at, end = 0, len(condition.rstrip())
    while at < end:
        found = _TOKEN.match(condition, at)
        if found is None:
            raise bad_query(f"Syntax error (at index {at})")
        text = found[found.lastgroup or ""]
        text = _SAME_SIGN.get(text, text) if found.lastgroup == "sign" else text
        word = text.upper() in ("AND", "OR", "NOT")
        yield _Token("sign", text.upper()) if word else _Token(found.lastgroup or "", text)
        at = found.end()


class _Parser:
    """Recursive descent: OR, AND, NOT, comparison, operand."""

    def __init__(self, tokens: list[_Token], kind: Kind, work: Work) -> None:
        self._tokens, self._at, self._kind, self._work = tokens, 0, kind, work
        self.named: set[str] = set()

    def whole(self) -> Predicate:
        found = self._either()
        if self._at < len(self._tokens):
            raise bad_query(f"Syntax error near '{self._tokens[self._at].text}'")
        return found

    def _either(self) -> Predicate:
        left = self._both()
        while self._take("OR"):
            left = _or(left, self._both())
        return left

    def _both(self) -> Predicate:
        left = self._negated()
        while self._take("AND"):
            left = _and(left, self._negated())
        return left

    def _negated(self) -> Predicate:
        if self._take("NOT"):
            inner = self._negated()
            return lambda row: not inner(row)
        if self._take("("):
            found = self._either()
            self._expect(")")
            return found
        return self._comparison()

    def _comparison(self) -> Predicate:
        left = self._operand()
        sign = self._next() if self._peek("sign") in _COMPARE else None
        if sign is None:
            return lambda row: left(row) is True
        right, compare = self._operand(), _COMPARE[sign.text]
        return lambda row: _compared(compare, left(row), right(row))

    def _operand(self) -> Value:
        token = self._next()
        if token.kind == "text":
            text = _plain(re.sub(r"\\(.)", r"\1", token.text[1:-1]))
            return lambda row: text
        if token.kind == "number":
            number = float(token.text)
            return lambda row: number
        if token.kind != "word":
            raise bad_query(f"Expression expected near '{token.text}'")
        return self._word(token.text)

    def _word(self, word: str) -> Value:
        lower = word.lower()
        if lower in ("null", "true", "false"):
            constant = {"null": None, "true": True, "false": False}[lower]
            return lambda row: constant
        if self._take("("):
            return self._call(word, self._arguments())
        path = tuple(_id_spelled(part) for part in word.split("."))
        if path[0] not in self._kind.fields:
            raise bad_query(f"No property or field '{path[0]}' exists in type '{self._kind.singular.capitalize()}'")
        self.named.add(".".join(path))
        return lambda row: _literal(self._kind.value(self._work, row, path))

    def _call(self, word: str, arguments: list[Value]) -> Value:
        if word.lower() == "guid" and len(arguments) == 1:
            return arguments[0]
        if word.lower() == "datetime" and len(arguments) >= 3:
            return _moment(arguments)
        of, _, method = word.rpartition(".")
        if of and method.lower() in _UNCHANGED and not arguments:
            return self._chained(self._word(of))
        if of and method.lower() in _TEXT_TESTS and len(arguments) == 1:
            test, subject, part = _TEXT_TESTS[method.lower()], self._word(of), arguments[0]
            return lambda row: subject(row) is not None and test(str(subject(row)), str(part(row)))
        raise bad_query(f"No applicable method '{word}' exists")

    def _chained(self, subject: Value) -> Value:
        """What may follow `Name.ToLower()`: `.Contains("x")`."""
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.kind != "word" or not token.text.startswith("."):
            return subject
        method = self._next().text[1:].lower()
        self._expect("(")
        arguments = self._arguments()
        if method in _UNCHANGED and not arguments:
            return self._chained(subject)
        if method not in _TEXT_TESTS or len(arguments) != 1:
            raise bad_query(f"No applicable method '{method}' exists")
        test, part = _TEXT_TESTS[method], arguments[0]
        return lambda row: subject(row) is not None and test(str(subject(row)), str(part(row)))

    def _arguments(self) -> list[Value]:
        found: list[Value] = []
        while not self._take(")"):
            if found:
                self._expect(",")
            found.append(self._operand())
        return found

    def _peek(self, kind: str) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token.text if token and token.kind == kind else ""

    def _take(self, sign: str) -> bool:
        if self._peek("sign") != sign:
            return False
        self._at += 1
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise bad_query(f"'{sign}' expected")

    def _next(self) -> _Token:
        if self._at >= len(self._tokens):
            raise bad_query("Expression expected at the end")
        self._at += 1
        return self._tokens[self._at - 1]


def _id_spelled(part: str) -> str:
    """Xero's pages write InvoiceId as well as InvoiceID."""
    return f"{part[:-2]}ID" if part.endswith("Id") else part


def _and(left: Predicate, right: Predicate) -> Predicate:
    return lambda row: left(row) and right(row)


def _or(left: Predicate, right: Predicate) -> Predicate:
    return lambda row: left(row) or right(row)


def _moment(arguments: list[Value]) -> Value:
    def value(row: Row) -> datetime:
        parts = [int(argument(row)) for argument in arguments]
        return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]

    try:
        value(Row("", {}, datetime.now(UTC)))
    except (ValueError, TypeError):
        raise bad_query("DateTime does not exist") from None
    return value


def _literal(value: Any) -> Any:
    if isinstance(value, str):
        return from_wire(value) or _plain(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return float(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _plain(text: str) -> str:
    """Without case and accents: Xero compares so (§3.4)."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _compared(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    try:
        return compare(left, right)
    except TypeError:
        raise bad_query("Operands cannot be compared") from None
