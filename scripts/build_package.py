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


def main() -> int:
    """Build everything; return the exit status."""
    parser = argparse.ArgumentParser(description="Builds what is published.")
    parser.add_argument("--directory", default="dist", help="where to (default: dist)")
    directory = Path(parser.parse_args().directory)
    try:
        build(directory)
    except subprocess.CalledProcessError as failure:
        command = " ".join(map(str, failure.cmd))
        sys.stderr.write(f"package: {command} ended with {failure.returncode}\n")
        return 1
    except (NotInstalled, MirrorError) as problem:
        sys.stderr.write(f"package: {problem}\n")
        return 1
    return 0


def build(directory: Path) -> None:
    """Build everything into a folder.

    :raises CalledProcessError: if hatchling fails, or git does not know the time of the commit
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
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
