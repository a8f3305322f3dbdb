"""What must agree though it stands in different places: template, functions, samples, settings, words and pins."""

from __future__ import annotations

import ast
import importlib
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledgerlink.adapters.xero.auth import SCOPES
from ledgerlink.reasons import REASONS
from ledgerlink.settings import Settings
from local import template
from local.application import Application

ROOT = Path(__file__).parents[1]
FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))


@cache
def application() -> Application:
    return template.read(ROOT / "template.yaml", {})


def sample(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((ROOT / f"events/{name}.json").read_text())
    return told


def test_every_function_is_a_folder_and_the_other_way_round() -> None:
    assert sorted(function.name for function in application().functions) == FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_every_handler_is_where_the_template_says(name: str) -> None:
    function = next(each for each in application().functions if each.name == name)
    module, _, handler = function.handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [function.role for function in application().functions]
    assert len(set(roles)) == len(roles)


def test_the_environment_is_what_settings_read() -> None:
    known = {f"LEDGERLINK_{name.upper()}" for name in Settings.__dataclass_fields__}
    told = {
        name for function in application().functions for name in function.environment if name.startswith("LEDGERLINK_")
    }
    assert told <= known


@pytest.mark.parametrize("name", FOLDERS)
def test_every_function_has_a_sample_of_the_event_that_starts_it(name: str) -> None:
    function = next(each for each in application().functions if each.name == name)
    source = next((each for each in application().sources if each.function == function.id), None)
    routes = [each for each in application().routes if each.function == function.id]
    event = sample(name)
    if source is not None:
        assert {record["eventSource"] for record in event["Records"]} == {"aws:sqs"}
        assert all(source.queue in record["eventSourceARN"] for record in event["Records"])
        assert source.partial_failures
    elif routes:
        http = event["requestContext"]["http"]
        paths = [
            re.sub(r"\\\{\w+\\\+\\\}", ".+", re.escape(each.path)) for each in routes if each.method == http["method"]
        ]
        assert event["version"] == "2.0"
        assert any(re.fullmatch(path, http["path"]) for path in paths)
    elif any(each.function == function.id for each in application().schedules):
        assert event["detail-type"] == "Scheduled Event"
    else:
        assert event["triggerSource"].startswith("TokenGeneration")


def test_every_samples_function_exists() -> None:
    assert sorted(path.stem for path in (ROOT / "events").glob("*.json")) == FOLDERS


def test_the_linter_holds_every_function_to_the_arrows() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    held = next(each for each in linter["contracts"] if each["name"].startswith("Functions"))["source_modules"]
    assert sorted(held) == FOLDERS


CALLS_WITH_A_REASON = {"Skip", "Wait", "Park", "Problem", "Ignore", "plain_error", "reason_of"}


def _codes_in(path: Path) -> set[str]:
    """The literal codes that a module gives to decisions and errors."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if name in CALLS_WITH_A_REASON and isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.add(first.value)
    return found


def test_every_reason_that_is_given_is_in_the_catalogue() -> None:
    given = {code for path in (ROOT / "shared/ledgerlink").rglob("*.py") for code in _codes_in(path)}
    assert len(given) > 20  # the search finds them
    assert given <= set(REASONS)


def test_every_reason_in_the_catalogue_is_given_somewhere() -> None:
    text = "\n".join(
        path.read_text()
        for folder in ("shared", "functions")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "reasons.py"
    )
    assert [code for code in REASONS if f'"{code}"' not in text] == []


def test_the_readme_names_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"\bmake ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test"} <= told <= targets


def test_ci_runs_what_the_readme_tells() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert re.search(r"for target in (.*); do", script)[1].split() == ["check", "test", "browser", "demo", "build"]  # type: ignore[index]


def _pins(path: str) -> dict[str, str]:
    lines = (ROOT / path).read_text().splitlines()
    pairs = (re.split(r"(?:\[[^\]]*\])?==", line.split()[0]) for line in lines if "==" in line.split("#")[0])
    return {name.replace("_", "-").lower(): version for name, version in pairs}


def test_tests_run_on_what_is_deployed() -> None:
    layer, development = _pins("layers/dependencies/requirements.txt"), _pins("requirements-dev.txt")
    assert layer
    assert {name: development.get(name) for name in layer} == layer


def test_links_in_the_documents_lead_somewhere() -> None:
    broken = [
        f"{path.name}: {target}"
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text())
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_the_scopes_that_are_asked_for_are_those_operators_are_told_of() -> None:
    assert f"`{' '.join(SCOPES)}`" in (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("module", ["local.demo", "bench", "tests.simulation.hunt"])
def test_what_takes_options_gets_them_through_make(module: str) -> None:
    """``make demo --real-limits`` would be an option of make's own."""
    [line] = re.findall(rf"-m {re.escape(module)}\b.*", (ROOT / "Makefile").read_text())
    assert line.endswith("$(ARGS)")
