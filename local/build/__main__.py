"""`make build`: for Lambda and for this machine, then sizes, imports, a trial run and one deployment."""

import sys

from local.build import imports, sam, sizes, smoke, trial
from local.build.python313 import NoPython313
from local.build.sam import SamFailed

LAMBDA = ("arm64", "manylinux2014_aarch64")
FAILURES = (
    NoPython313,
    SamFailed,
    sizes.TooBig,
    imports.DoesNotImport,
    trial.DoesNotRun,
    smoke.NotDeployed,
)


def main() -> int:
    try:
        check_everything()
    except FAILURES as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def check_everything() -> None:
    python = sam.install()
    deployed = sam.build(*LAMBDA)
    for size in sizes.check(deployed):
        print(size)
    here = sam.here()
    local = deployed if here == LAMBDA else sam.build(*here)
    sdk = imports.sdk_for(python)
    print(f"Imported from the build alone: {', '.join(imports.check(local, python, sdk))}")
    print(f"Ran under Python 3.13: {', '.join(trial.check(local, python, sdk))}")
    print(f"Deployed into the local AWS endpoint: {smoke.check(local, here[0])}")


if __name__ == "__main__":
    sys.exit(main())
