"""Build what is published: ``make package``.

usage: ``python scripts/build_package.py [--directory DIR]``, in a checkout. It writes:

* the wheel and the source distribution,
* the bill of materials of the wheel (``bill_of_materials.py``),
* ``mirror``, from which Terraform installs the providers (``connections install --mirror``).

All files have the time of the last commit, or that of ``SOURCE_DATE_EPOCH``, in seconds since 1970,
so that a commit always gives the same bytes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from bill_of_materials import NotInstalled, bill

from constructs_lib.launchers.mirror import MirrorError, write_mirror
from constructs_lib.version import __version__

_WHEEL = f"connections_as_code-{__version__}-py3-none-any.whl"


class NoTime(Exception):
    """Nothing says which time the files have."""


def main() -> int:
    """Build everything; return the exit status."""
    parser = argparse.ArgumentParser(description="Builds the packages that are published.")
    parser.add_argument(
        "--directory", default="dist", help="the directory for the packages (default: dist)"
    )
    directory = Path(parser.parse_args().directory)
    try:
        build(directory)
    except subprocess.CalledProcessError as failure:
        sys.stderr.write(f"package: hatchling ended with {failure.returncode}, see above\n")
        return 1
    except (NoTime, NotInstalled, MirrorError) as problem:
        sys.stderr.write(f"package: {problem}\n")
        return 1
    return 0


def build(directory: Path) -> None:
    """Build everything into a folder.

    :raises NoTime: if git does not know the time of the commit
    :raises CalledProcessError: if hatchling fails
    :raises NotInstalled: if a required package is not installed, so that its licence is not known
    :raises MirrorError: if the mirror in the folder has other packages of this version
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _time_of_commit()
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "hatchling", "build", "-d", directory],
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
        check=True,
    )
    wheel = directory / _WHEEL
    wheel.with_suffix(".cdx.json").write_text(bill(wheel), encoding="utf-8")
    write_mirror(directory / "mirror")


def _time_of_commit() -> str:
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        message = "git has no commit time here. Run this in a clone, or set SOURCE_DATE_EPOCH."
        raise NoTime(message) from None
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
