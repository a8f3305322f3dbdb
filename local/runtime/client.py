"""A portable runtime client where awslambdaric has no wheel: same Runtime API, same error shapes, plain Python.

Run as a program inside a function's process; it shares nothing with the runner.
"""

import http.client
import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any


@dataclass
class Context:
    aws_request_id: str
    invoked_function_arn: str
    deadline_ms: int
    function_name: str = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    function_version: str = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "")
    memory_limit_in_mb: str = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    log_group_name: str = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
    log_stream_name: str = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
    client_context: None = None
    identity: None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self.deadline_ms - int(time.time() * 1000))


def post(api: http.client.HTTPConnection, path: str, body: bytes) -> None:
    api.request("POST", f"/2018-06-01/runtime/{path}", body)
    api.getresponse().read()


def described(error: BaseException, kind: str | None = None) -> bytes:
    trace = traceback.format_tb(error.__traceback__)
    traceback.print_exception(error)
    sys.stderr.flush()
    return json.dumps(
        {"errorMessage": str(error), "errorType": kind or type(error).__name__, "stackTrace": trace}
    ).encode()


def handle(api: http.client.HTTPConnection, handler: Any) -> None:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event = json.loads(answer.read())
    request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    arn = answer.headers["Lambda-Runtime-Invoked-Function-Arn"]
    context = Context(request_id, arn, int(answer.headers["Lambda-Runtime-Deadline-Ms"]))
    try:
        result = handler(event, context)
    except Exception as error:
        return post(api, f"invocation/{request_id}/error", described(error))
    try:
        body = json.dumps(result).encode()
    except TypeError as error:
        return post(api, f"invocation/{request_id}/error", described(error, "Runtime.MarshalError"))
    return post(api, f"invocation/{request_id}/response", body)


def main() -> None:
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    module, name = sys.argv[1].rsplit(".", 1)
    try:
        handler = getattr(importlib.import_module(module), name)
    except Exception as error:
        kind = "Runtime.ImportModuleError" if isinstance(error, ImportError) else None
        post(api, "init/error", described(error, kind))
        sys.exit(1)
    while True:
        handle(api, handler)


if __name__ == "__main__":
    main()
