"""`make run`: the local stack in the foreground until Ctrl-C."""

import logging
import signal
import sys
from pathlib import Path
from time import monotonic, sleep

from local.options import Options
from local.ports import BadPort, NotReady, PortInUse
from local.resources import StackFailed
from local.stack import Stack
from local.template import UnsupportedTemplate

HINTS = """
Ledgerlink runs. Stop it with Ctrl-C.

  console            {url}/
  e-mails, queues    {url}/local/
  API                {url}/v1/...   ({url}/openapi.json)
  Xero simulator     {xero}
  AWS endpoint       {aws}
  function logs      {logs}/

Try: make a token, then a company, and connect it to the simulator's organisation.

  TOKEN=$(curl -s {url}/local/token -d '{{"role":"admin","companies":["*"]}}' | cut -d'"' -f4)
  curl -X PUT {url}/v1/companies/acme -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
       -d '{{"name":"Acme","profile":"crm","timezone":"Europe/Berlin","currency":"EUR"}}'
  curl -X POST {url}/v1/companies/acme/connection -H "Authorization: Bearer $TOKEN"
  curl -X POST {url}/local/drain
"""


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    # A shell starts what runs in the background with SIGINT ignored; whoever sends it still means it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, stop)
    began = monotonic()
    try:
        options = Options.from_environment()
        with Stack(options) as stack:
            print(
                HINTS.format(
                    url=stack.url,
                    xero=xero_line(options),
                    aws=stack.aws.endpoint_url,
                    logs=shown(options.state / "logs"),
                )
            )
            print(f"Ready in {monotonic() - began:.1f} s.", flush=True)
            while not (ended := stack.ended_early()):
                sleep(0.3)
            print(ended, file=sys.stderr)
            return 1
    except (BadPort, PortInUse, NotReady, StackFailed, UnsupportedTemplate) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def xero_line(options: Options) -> str:
    if not options.uses_simulator:
        return f"left out; the hub talks to {options.hub_environment()['LEDGERLINK_XERO_API_URL']}"
    return options.xero_url


def shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main())
