"""`make run` leaves nothing behind however it ends, and says clearly when a port is taken."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.options import REPOSITORY, Options
from local.ports import HOST, BadPort, PortInUse, Ports, answers
from local.resources import StackFailed
from local.stack import Stack
from tests.local.stack.calls import call, eventually
from tests.local.stack.conftest import NO_SIMULATOR, TOY

pytestmark = pytest.mark.loopback
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks at other processes through /proc"
)


def of_stack(state: Path) -> set[int]:
    """Processes that were told of this stack's folder: its emulator, simulator and functions."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"{state}/".encode() in told or f"{state}\0".encode() in told:
            found.add(int(folder.name))
    return found


def listening(ports: Ports) -> list[int]:
    return [port for port in (ports.gateway, ports.xero, ports.aws) if answers(port)]


class Running:
    """The real command in a process of its own, as a person starts it."""

    def __init__(self) -> None:
        self.ports = Ports.free()
        self.state = REPOSITORY / ".local" / str(self.ports.gateway)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "LEDGERLINK_PORT": str(self.ports.gateway),
                "LEDGERLINK_XERO_PORT": str(self.ports.xero),
                "LEDGERLINK_AWS_PORT": str(self.ports.aws),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as a shell does with "&"
        )
        assert self.process.stdout
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Ready"):
                break

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


@pytest.fixture
def running() -> Iterator[Running]:
    it = Running()
    yield it
    if it.process.poll() is None:
        it.process.kill()
    it.process.wait()
    assert it.process.stdout
    it.process.stdout.close()
    shutil.rmtree(it.state, ignore_errors=True)


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_however_it_ends_no_process_and_no_port_is_left(running, number):
    assert eventually(lambda: len(of_stack(running.state)) >= 2), running.said
    assert len(listening(running.ports)) >= 2
    status = running.end(number)
    assert status == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    assert eventually(lambda: not of_stack(running.state), 3)
    assert eventually(lambda: not listening(running.ports), 3)


@needs_proc
def test_it_ends_when_a_part_it_cannot_do_without_dies(running):
    emulator = next(pid for pid in of_stack(running.state) if b"ministack" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(emulator, signal.SIGKILL)
    assert running.process.wait(10) == 1
    assert "The AWS endpoint ended by itself" in running.process.stdout.read()
    assert eventually(lambda: not of_stack(running.state), 3)


@needs_proc
def test_a_start_that_fails_half_way_stops_what_it_had_started(tmp_path):
    broken = tmp_path / "app"
    shutil.copytree(TOY, broken)
    template = broken / "template.yaml"
    template.write_text(template.read_text().replace("AWS::SES::EmailIdentity", "AWS::Kinesis::Stream"))
    options = Options(root=broken, ports=Ports.free(), state=tmp_path / "state", environment=NO_SIMULATOR)
    with pytest.raises(Exception, match="cannot make Sender"), Stack(options):
        pass
    assert eventually(lambda: not of_stack(options.state), 3)
    assert eventually(lambda: not listening(options.ports), 3)


@pytest.mark.parametrize(
    ("name", "variable"),
    [("gateway", "LEDGERLINK_PORT"), ("xero", "LEDGERLINK_XERO_PORT"), ("aws", "LEDGERLINK_AWS_PORT")],
)
def test_a_busy_port_is_named_with_the_way_out(tmp_path, name, variable):
    ports = Ports.free()
    with socket.create_server((HOST, getattr(ports, name))):
        options = Options(root=TOY, ports=ports, state=tmp_path)
        with pytest.raises(PortInUse, match=f"Port {getattr(ports, name)} .* is in use.*{variable}"), Stack(options):
            pass
    assert not of_stack(tmp_path)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LEDGERLINK_PORT": "http"}, "LEDGERLINK_PORT must be a port.*'http'"),
        ({"LEDGERLINK_XERO_PORT": "99999"}, "LEDGERLINK_XERO_PORT must be a port"),
        ({"LEDGERLINK_AWS_PORT": "0"}, "LEDGERLINK_AWS_PORT must be a port"),
        ({"LEDGERLINK_PORT": "8702"}, "a port of its own.*LEDGERLINK_PORT=8702.*LEDGERLINK_AWS_PORT=8702"),
    ],
)
def test_ports_that_cannot_be_are_named(environment, said):
    with pytest.raises(BadPort, match=said):
        Ports.from_environment(environment)


def test_the_real_template_comes_up_whole(tmp_path):
    options = Options(ports=Ports.free(), state=tmp_path, environment=NO_SIMULATOR, warm=False)
    with Stack(options) as stack:
        told = stack.functions.environment("export_consumer")
        assert told["LEDGERLINK_LINKS_TABLE"] == stack.resources.physical["LinksTable"]
        assert told["LEDGERLINK_EXPORT_QUEUE_URL"].startswith(stack.aws.endpoint_url)
        assert told["LEDGERLINK_TOKEN_KEY_ID"].startswith("arn:aws:kms:")
        assert told["LEDGERLINK_XERO_API_URL"] == NO_SIMULATOR["LEDGERLINK_XERO_API_URL"]
        assert told["LEDGERLINK_LOCAL"] == "1"
        assert call(stack, "GET", "/v1/companies").status == 401
        assert call(stack, "GET", "/").body.startswith(b"<!doctype html>")
        assert stack.drain()["finished"]


def test_an_aws_endpoint_of_somebody_else_is_used_and_left_running(stack, tmp_path):
    """It must be empty: what an earlier stack left there would look like ours."""
    options = Options(
        root=TOY, ports=Ports.free(), state=tmp_path, environment=NO_SIMULATOR, aws_endpoint_url=stack.aws.endpoint_url
    )
    with pytest.raises(StackFailed, match="start it empty"), Stack(options):
        pass
    assert answers(stack.options.ports.aws)
