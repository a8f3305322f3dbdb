"""The console's files are served as they are; pages inside the console are its index."""

import pytest

from local.gateway.console import Console


@pytest.fixture
def console(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "console"
    (folder / "parts").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>index")
    (folder / "parts" / "app.js").write_text("run()")
    return Console(folder)


@pytest.mark.parametrize("path", ["/", "/console", "/console/", "/console/acme/invoices"])
def test_pages_are_the_index(console, path):
    assert console.serve(path).body == b"<h1>index"


def test_files_are_served_with_their_type_and_never_from_a_stale_cache(console):
    answer = console.serve("/console/parts/app.js")
    headers = dict(answer.headers)
    assert answer.body == b"run()"
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["cache-control"] == "no-cache"


def test_pages_may_run_and_reach_only_what_is_ours(console):
    policy = dict(console.serve("/").headers)["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self';" in policy


def test_the_configuration_is_the_stacks_own(console):
    assert console.serve("/console/config.json").body == b"{}"


@pytest.mark.parametrize("path", ["/console/missing.js", "/console/../secret.txt", "/console//etc/passwd"])
def test_nothing_outside_or_missing_is_served(console, path):
    answer = console.serve(path)
    assert answer.body != b"secret"
    assert answer.status == 404 or answer.body == b"<h1>index"
