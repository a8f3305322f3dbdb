"""Functions run in processes of their own, and what goes wrong in one looks as it does in Lambda."""

import itertools
import os
import textwrap
from pathlib import Path

import pytest

from local.children import clean_environment
from local.runtime import environment
from local.runtime.environment import PORTABLE_CLIENT, Launch
from local.runtime.freshness import Freshness
from local.runtime.pool import Pool
from local.runtime.traffic import Traffic

pytestmark = pytest.mark.loopback
SECONDS = itertools.count(1)
CODE = """
    import os, time

    def handler(event, context):
        if "exit" in event: os._exit(event["exit"])
        if "sleep" in event: time.sleep(event["sleep"])
        if "odd" in event: return object()
        if "error" in event: raise ValueError(event["error"])
        return {"pid": os.getpid(), "version": 1, "name": context.function_name, "request": context.aws_request_id,
                "left": context.get_remaining_time_in_millis(), "arn": context.invoked_function_arn,
                "env": dict(os.environ)}
"""


@pytest.fixture(scope="module", params=["awslambdaric", "portable"])
def pool(request, tmp_path_factory):
    """With AWS's runtime client and with ours: they must not differ in anything a function or the runner sees."""
    if request.param == "awslambdaric":
        pytest.importorskip("awslambdaric")
    folder = tmp_path_factory.mktemp("code")
    write(folder, CODE)
    launch = Launch(
        name="fn",
        handler="fn.app.handler",
        timeout_s=1,
        memory_mb=128,
        environment={**clean_environment("http://127.0.0.1:9"), "PYTHONPATH": str(folder), "TOLD": "yes"},
        code=folder,
        log=folder / "fn.log",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("local.runtime.freshness.EVERY_S", 0)
        if request.param == "portable":
            patch.setattr(environment, "runtime_client", lambda _: [str(PORTABLE_CLIENT)])
        running = Pool(launch, Freshness([folder / "fn"]).version, Traffic())
        yield running
        running.stop()


@pytest.fixture
def edit(pool):
    """Writes other code for one test, as seen by a clock coarser than a test is long."""

    def edit(code):
        path = write(pool.launch.code, code)
        later = path.stat().st_mtime_ns + next(SECONDS) * 1_000_000_000
        os.utime(path, ns=(later, later))

    yield edit
    edit(CODE)


def write(folder: Path, code: str) -> Path:
    path = folder / "fn" / "app.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(textwrap.dedent(code))
    return path


def error_of(outcome) -> dict:
    assert outcome.failed
    return outcome.json()


def test_a_function_sees_lambdas_context_and_environment(pool):
    result = pool.invoke({}).json()
    assert result["name"] == result["env"]["AWS_LAMBDA_FUNCTION_NAME"] == "fn"
    assert result["arn"].endswith(":function:fn")
    assert 500 < result["left"] <= 1000
    assert result["env"]["TOLD"] == "yes"
    assert result["env"]["LAMBDA_TASK_ROOT"] == str(pool.launch.code)


def test_a_function_sees_nothing_of_the_persons_aws_profile(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    seen = clean_environment("http://127.0.0.1:9")
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & seen.keys()
    assert seen["AWS_ACCESS_KEY_ID"] == "local"


def test_a_warm_process_is_used_again(pool):
    first, second = (pool.invoke({}).json() for _ in range(2))
    assert first["pid"] == second["pid"] != os.getpid()
    assert first["request"] != second["request"]


def test_an_exception_keeps_its_type_message_and_trace(pool):
    error = error_of(pool.invoke({"error": "no such thing"}))
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no such thing")
    assert any("fn/app.py" in line for line in error["stackTrace"])


def test_a_result_that_is_no_json_is_a_marshal_error(pool):
    assert error_of(pool.invoke({"odd": 1}))["errorType"] == "Runtime.MarshalError"


def test_a_crash_is_an_exit_error_and_the_next_event_gets_a_new_process(pool):
    before = pool.invoke({}).json()["pid"]
    error = error_of(pool.invoke({"exit": 3}))
    assert error["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in error["errorMessage"]
    assert pool.invoke({}).json()["pid"] != before


def test_a_function_that_is_too_slow_is_killed_at_its_timeout(pool):
    error = error_of(pool.invoke({"sleep": 30}))
    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert pool.invoke({}).json()["name"] == "fn"


def test_a_handler_that_cannot_be_imported_says_why(pool, edit):
    edit("import nothing_of_that_name")
    error = error_of(pool.invoke({}))
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert "nothing_of_that_name" in error["errorMessage"]


def test_an_event_over_6_mb_never_reaches_the_function(pool):
    error = error_of(pool.invoke({"x": "y" * 6 * 1024 * 1024}))
    assert error["errorType"] == "RequestEntityTooLargeException"


def test_edited_code_runs_with_the_next_event(pool, edit):
    assert pool.invoke({}).json()["version"] == 1
    edit(CODE.replace('"version": 1', '"version": 2'))
    assert pool.invoke({}).json()["version"] == 2


def test_what_a_function_prints_is_in_its_log_with_a_report(pool):
    pool.invoke({"error": "into the log"})
    log = pool.launch.log.read_text()
    assert "into the log" in log
    assert "REPORT RequestId:" in log
