"""What the script that builds the package says where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from toolkits import ROOT


def test_package_without_a_commit_needs_a_time(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "build_package.py")],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "package: git has no commit time here. Run this in a clone, or set SOURCE_DATE_EPOCH.\n"
    )
    assert list(tmp_path.iterdir()) == []
