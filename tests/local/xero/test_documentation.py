"""docs/simulator.md says what there is: every setting with its default, every fault, every option of the command."""

import json
import re
from pathlib import Path

import pytest

from local.xero.__main__ import options
from local.xero.faults import KINDS
from local.xero.kinds import KINDS as RESOURCES
from local.xero.settings import described

PAGE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")


def test_settings_are_described_in_the_words_of_the_code() -> None:
    documented = re.findall(r"^\| `(\w+)` \| `([^`]*)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert documented == [(name, _spelled(default), about) for name, default, about in described()]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_faults_are_described(kind: str) -> None:
    assert f"`{kind}`" in PAGE


@pytest.mark.parametrize("segment", [kind.segment for kind in RESOURCES.values() if kind.segment])
def test_resources_are_named(segment: str) -> None:
    [row] = re.findall(r"^\| `/api.xro/2.0/…` \| (.*?)\. Other", PAGE, re.MULTILINE)
    assert segment in re.split("[,;] ", row)


def test_options_are_described() -> None:
    declared = {option for action in options()._actions for option in action.option_strings} - {"-h", "--help"}
    assert declared == set(re.findall(r"`(--[\w-]+)", PAGE))


def _spelled(default: object) -> str:
    return default if isinstance(default, str) else json.dumps(default)
