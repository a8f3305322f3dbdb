"""SAM's command line in its own virtual environment: it builds, validates and deploys what template.yaml describes."""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.build import python313
from local.children import REGION
from local.options import REPOSITORY

HOME = REPOSITORY / ".venv-build"
REQUIREMENTS = REPOSITORY / "requirements-build.txt"
BUILDS = REPOSITORY / ".aws-sam"


class SamFailed(Exception):
    """SAM's command line gave up; the text is what it said."""


def install() -> Path:
    """Makes or refreshes the environment; answers its Python, a 3.13."""
    python = HOME / "bin" / "python"
    stamp = HOME / ".installed"
    if not stamp.exists() or stamp.read_text() != REQUIREMENTS.read_text():
        subprocess.run([python313.find(), "-m", "venv", HOME], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(REQUIREMENTS)], check=True)
        stamp.write_text(REQUIREMENTS.read_text())
    return python


def run(*arguments: str | Path, env: Mapping[str, str] | None = None) -> None:
    """`sam ARGUMENT...`, heard only when it fails, with our 3.13 first on the PATH, where SAM looks for it."""
    own = {
        "SAM_CLI_TELEMETRY": "0",
        "PATH": f"{HOME / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHON_313": str(HOME / "bin" / "python3.13"),
        "AWS_DEFAULT_REGION": REGION,
    }
    command = [str(HOME / "bin" / "sam"), *map(str, arguments)]
    everything = {**os.environ, **own, **(env or {})}
    done = subprocess.run(command, cwd=REPOSITORY, env=everything, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SamFailed(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")


def build(arch: str, wheels: str) -> Path:
    """Builds functions and layers for a processor into a folder; `wheels` is the platform tag of compiled packages."""
    folder = BUILDS / wheels
    places = ("--build-dir", folder, "--cache-dir", BUILDS / f"cache-{wheels}")
    options = ("--cached", "--parallel", *places, "--parameter-overrides", f"Arch={arch}")
    run("build", *options, env={"LAYER_PLATFORM": wheels})
    return folder


def here() -> tuple[str, str]:
    """(SAM's name of this machine's processor, platform tag of wheels that run here)."""
    arm = platform.machine() in ("arm64", "aarch64")
    if sys.platform == "darwin":
        return ("arm64", "macosx_11_0_arm64") if arm else ("x86_64", "macosx_10_12_x86_64")
    return ("arm64", "manylinux2014_aarch64") if arm else ("x86_64", "manylinux2014_x86_64")
