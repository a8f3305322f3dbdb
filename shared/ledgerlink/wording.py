"""What validation found wrong, in plain words: no term of Python, and no value, which may be somebody's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .errors import FieldProblem

# How pydantic marks, within a path, which alternative of a union it tried; no field of ours is named like that.
_BRANCH = re.compile(r"(literal|dict|list|tuple|set|union|nullable|constrained-\w+|function-\w+)\[.*\]", re.DOTALL)
_SHOULD = "should be "


def field_problems(errors: Iterable[Mapping[str, Any]], skip: Iterable[str] = ()) -> list[FieldProblem]:
    """Pydantic's errors, one for each field; ``skip`` are leading places that are no fields.

    Of alternatives of which none fits, the one tells that was followed furthest; those equally far are told together.
    """
    told: dict[tuple[str, ...], tuple[list[str], str]] = {}
    tried = set[tuple[str, ...]]()
    for error in errors:
        steps = [str(at) for at in error["loc"] if at not in skip]
        where = tuple(at for at in steps if not _BRANCH.fullmatch(at))
        if len(where) < len(steps):
            tried.add(where)
        words, _ = told.setdefault(where, ([], str(error["type"])))
        if (said := plain_words(error)) not in words:
            words.append(said)
    return [
        FieldProblem(".".join(where) or "body", _either(words), code)
        for where, (words, code) in told.items()
        if not (where in tried and any(len(other) > len(where) and other[: len(where)] == where for other in told))
    ]


def plain_words(error: Mapping[str, Any]) -> str:
    """What is wrong with one field."""
    sort, given = str(error["type"]), error.get("ctx") or {}
    if sort in _WORDS:
        return _WORDS[sort]
    if sort in _BOUNDS and given:
        return _BOUNDS[sort](given)
    said = re.sub(r"^(Value error|Assertion failed), ", "", str(error["msg"]))
    return re.sub(r"^Input should be ", _SHOULD, said)


def _either(words: list[str]) -> str:
    first, *rest = words
    return ", or ".join([first, *(each.removeprefix(_SHOULD) for each in rest)])


def _choices(given: Mapping[str, Any]) -> str:
    expected = str(given["expected"])
    names = re.findall(r"'([^']*)'", expected) or [expected]
    named = ", ".join(name or "blank" for name in names)
    return f"should be {named}" if len(names) == 1 else f"should be one of {named}"


def _bound(words: str, name: str, noun: str = "") -> Callable[[Mapping[str, Any]], str]:
    def told(given: Mapping[str, Any]) -> str:
        plural = "" if given[name] == 1 else "s"
        return f"{words} {given[name]}{f' {noun}{plural}' if noun else ''}"

    return told


def _pattern(given: Mapping[str, Any]) -> str:
    pattern = str(given["pattern"])
    if found := re.fullmatch(r"\^\[A-Za-z0-9([^]]+)\]\{(\d+),(\d+)\}\$", pattern):
        return f"should be {found[2]} to {found[3]} letters, digits or {' '.join(found[1])}"
    if found := re.fullmatch(r"\^-\?\((.+)\)\$", pattern):
        return f"should be one of {', '.join(found[1].split('|'))}, with a minus before it or without"
    return _PATTERNS.get(pattern) or f"should match {pattern}"


def _each(words: str, *sorts: str) -> dict[str, str]:
    return dict.fromkeys(sorts, words)


_WORDS = {
    "extra_forbidden": "unknown field",
    "missing": "is needed",
    "none_required": "should be null",
    "string_unicode": "should be text",
    **_each("should be text", "string_type", "string_sub_type"),
    **_each("should be a list", "tuple_type", "list_type", "set_type", "frozen_set_type", "iterable_type"),
    **_each("should be an object", "dict_type", "mapping_type", "model_type", "model_attributes_type"),
    **_each("should be true or false", "bool_type", "bool_parsing"),
    **_each("should be a whole number", "int_type", "int_parsing", "int_from_float", "int_parsing_size"),
    **_each("should be a number", "float_type", "float_parsing", "decimal_type", "decimal_parsing", "finite_number"),
    **_each("should be a date, as 2026-01-31", "date_type", "date_parsing", "date_from_datetime_parsing"),
    **_each("should be a date, as 2026-01-31", "date_from_datetime_inexact"),
    **_each(
        "should be a time, as 2026-01-31T09:00:00Z", "datetime_type", "datetime_parsing", "datetime_object_invalid"
    ),
    **_each("should be a time, as 2026-01-31T09:00:00Z", "datetime_from_date_parsing"),
    "timezone_aware": "should say its time zone, as 2026-01-31T09:00:00Z",
}
_PATTERNS = {
    r"\S": "should not be blank",
    r"^([A-Z]{3})?$": "should be a code of three capital letters, as EUR",
    r"^([01]\d|2[0-3]):[0-5]\d$": "should be a time of day, as 08:30",
    r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$": "should be 1 to 64 letters, digits or . _ ~ -, a letter or digit first",
}
_BOUNDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "literal_error": _choices,
    "enum": _choices,
    "too_long": _bound("at most", "max_length"),
    "too_short": _bound("at least", "min_length"),
    "string_too_long": _bound("at most", "max_length", "character"),
    "string_too_short": _bound("at least", "min_length", "character"),
    "string_pattern_mismatch": _pattern,
    "greater_than": _bound("should be more than", "gt"),
    "greater_than_equal": _bound("should be at least", "ge"),
    "less_than": _bound("should be less than", "lt"),
    "less_than_equal": _bound("should be at most", "le"),
    "decimal_max_digits": _bound("at most", "max_digits", "digit"),
    "decimal_max_places": _bound("at most", "decimal_places", "decimal"),
    "decimal_whole_digits": _bound("at most", "whole_digits", "digit"),
}
