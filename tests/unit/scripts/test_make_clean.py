"""``make clean`` deletes what was installed and written, and nothing of the user's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GONE = (
    ".venv/bin/python",
    "node_modules/.bin/cdktf",
    "cdktn-cli/node_modules/.bin/cdktn",
    "cdktf.out/stacks/sandbox/cdk.tf.json",
    "cdktf.log",
    ".sandbox/fivetran.sqlite3",
    "terraform.sandbox.tfstate",
    "terraform.sandbox.tfstate.backup",
    "stacks/__pycache__/settings.pyc",
    "dist/package.whl",
    "test-artefacts/screenshots/list.png",
)
KEPT = (
    "Makefile",
    "package-lock.json",
    "cdktn-cli/package-lock.json",
    "stacks/environments/base.yaml",
    "terraform.staging.tfstate",
    "my data/notes.txt",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    for name in (*GONE, *KEPT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    shutil.copy(ROOT / "Makefile", folder)
    return folder


def test_clean_deletes_what_can_be_made_again_and_keeps_the_rest(project: Path) -> None:
    outside = project.parent / "outside.txt"
    outside.write_text("")
    (project / ".venv" / "link").symlink_to(outside)

    subprocess.run(["make", "clean"], cwd=project, check=True, capture_output=True)

    left = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    assert left == set(KEPT)
    assert not (project / ".venv").exists()
    assert outside.exists()


def test_clean_of_a_clean_project_succeeds(project: Path) -> None:
    for _ in range(2):
        done = subprocess.run(["make", "clean"], cwd=project, capture_output=True, check=False)

    assert done.returncode == 0
