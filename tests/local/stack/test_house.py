"""The lists that tools read by name keep up with the folders."""

import tomllib

from local.options import REPOSITORY

LINTER = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
FOLDERS = {path.parent.name for path in REPOSITORY.glob("functions/*/app.py")}


def test_every_function_is_held_to_the_arrows():
    contract = next(each for each in LINTER["contracts"] if each["name"].startswith("Functions"))
    assert set(contract["source_modules"]) == FOLDERS
    assert set(LINTER["root_packages"]) >= FOLDERS
