"""`make build`: builds for Lambda's processor and for this machine, then sizes, imports and one deployment."""

import sys

from local.build import imports, sam, sizes, smoke
from local.build.python313 import NoPython313
from local.build.sam import SamFailed

LAMBDA = ("arm64", "manylinux2014_aarch64")


def main() -> int:
    try:
        python = sam.install()
        deployed = sam.build(*LAMBDA)
        for size in sizes.check(deployed):
            print(size)
        here = sam.here()
        local = deployed if here == LAMBDA else sam.build(*here)
        print(f"Imported from the build alone: {', '.join(imports.check(local, python, imports.sdk_for(python)))}")
        print(f"Deployed into the local AWS endpoint: {smoke.check(local, here[0])}")
    except (
        NoPython313,
        sizes.TooBig,
        imports.DoesNotImport,
        smoke.NotDeployed,
        SamFailed,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
