"""The file of a plan is applied only if it is the one that was reviewed, and still fits."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from plans.plan_file import NAME, PlanFile, UnconfirmedPlan


def plan(folder: Path, environment: str = "live") -> PlanFile:
    return PlanFile(folder, environment, (folder / "cdk.tf.json", folder / "live.yaml"))


@pytest.fixture
def kept(tmp_path: Path) -> PlanFile:
    """A plan that was made and noted."""
    for name in ("cdk.tf.json", "live.yaml", NAME):
        (tmp_path / name).write_text(name)
    found = plan(tmp_path)
    found.keep("the summary")
    return found


def test_a_plan_that_fits_has_no_problem_and_is_private(kept: PlanFile, tmp_path: Path) -> None:
    assert kept.problem() == ""
    assert kept.summary.read_text() == "the summary"
    files = list(tmp_path.glob(f"{NAME}*"))
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert len(files) == 3


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda folder: (folder / NAME).unlink(), "there is no plan for live"),
        (lambda folder: (folder / f"{NAME}.json").unlink(), "there is no plan for live"),
        (lambda folder: (folder / NAME).write_text("another"), "is not the file that was reviewed"),
        (lambda folder: (folder / "live.yaml").write_text("other"), "the settings of live have"),
        (lambda folder: (folder / "cdk.tf.json").write_text("other"), "the settings of live have"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(
    change: Callable[[Path], object], problem: str, kept: PlanFile, tmp_path: Path
) -> None:
    change(tmp_path)

    assert problem in kept.problem()


def test_the_plan_of_another_environment_is_refused(kept: PlanFile, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(tmp_path, other, ignore=shutil.ignore_patterns("other"))

    assert plan(other, "staging").problem() == "the plan is for live, not for staging"


@pytest.mark.parametrize("action", [None, "destroy"])
def test_a_note_of_another_action_is_refused(
    action: str | None, kept: PlanFile, tmp_path: Path
) -> None:
    note = tmp_path / f"{NAME}.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"action": action}))

    assert "was not made by 'make plan'" in kept.problem()


def test_the_plan_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    mine = UnconfirmedPlan(tmp_path)
    other, killed = (tmp_path / f"unconfirmed-{n}.tfplan" for n in (os.getppid(), 2**22 + 1))
    for path in (mine.path, other, killed):
        path.touch()

    mine.remove()

    assert [*tmp_path.iterdir()] == [other]


def test_removing_a_plan_leaves_nothing_of_it(kept: PlanFile, tmp_path: Path) -> None:
    kept.remove()

    assert {path.name for path in tmp_path.iterdir()} == {"cdk.tf.json", "live.yaml"}
