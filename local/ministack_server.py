"""The emulator's process: ministack behind a server that reads HTTP in C, and with expressions read once each.

Hypercorn, ministack's own server, spends more on a small request than DynamoDB does.
"""

import os

import uvicorn

from local.quick_ministack import quick

KEEP_ALIVE_S = 75  # as ministack has it


def main() -> None:
    with quick():
        serve()


def serve() -> None:
    uvicorn.run(
        "ministack.app:app",
        host=os.environ["BIND_HOST"],
        port=int(os.environ["GATEWAY_PORT"]),
        http="httptools",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,  # ministack says it
        timeout_keep_alive=KEEP_ALIVE_S,
    )


if __name__ == "__main__":
    main()
