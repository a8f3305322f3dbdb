"""Child processes of the local stack: each ends with us, logs to a file and sees a clean environment."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

LIFELINE = Path(__file__).with_name("lifeline.py")
INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "SYSTEMROOT",
    "HTTPS_PROXY",
    "https_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
REGION = "eu-west-1"
ACCOUNT = "000000000000"


def clean_environment(aws_endpoint_url: str) -> dict[str, str]:
    """What every child starts from: nothing of the person's AWS profile, and AWS only on the local endpoint."""
    return {
        **{name: os.environ[name] for name in INHERITED if name in os.environ},
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": aws_endpoint_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "TZ": ":UTC",
    }


class Child:
    """One child process. It has its own session, so Ctrl-C reaches only us and we stop it in order."""

    def __init__(
        self, arguments: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, python: str = sys.executable
    ) -> None:
        self.log = log
        with log.open("ab") as out:
            self._began = out.tell()  # earlier runs wrote into it too
            self._process = subprocess.Popen(
                [python, "-P", str(LIFELINE), *arguments],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        self.pid = self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Blocks until the process has ended; answers its exit status."""
        return self._process.wait()

    def kill(self) -> None:
        self._process.kill()
        self._reap()

    def stop(self, patience_s: float = 3.0) -> None:
        """Asks the process to end and, when it does not within `patience_s`, ends it."""
        self._process.terminate()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def _reap(self) -> None:
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def last_words(self, lines: int = 15) -> str:
        """The end of what it wrote into its log, for an error message."""
        written = self.log.read_bytes()[self._began :]
        return "\n".join(written.decode(errors="replace").splitlines()[-lines:])
