"""This checkout beside another commit: ``make bench AGAINST=REVISION``.

Both run from a checkout of their own, with the same interpreter, the same packages and byte code
that is compiled beforehand, turn about in one run. The ratio of a row is this commit's time to the
other's: over 1 is slower.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from processes import ROOT, Tree, provider, python
from side_by_side import Measure
from synth_measures import ours
from terraform_project import Api, Project, api

_AT_THE_END = ExitStack()
atexit.register(_AT_THE_END.close)
_SIZES = {1: 41, 100: 15, 1000: 5}
"""How many connections a plan has, and how often it runs."""
_CHECKS = """
from constructs_lib.validation import ConstructPlace, check_connection
place = ConstructPlace("stack/connection")
for number in range(10_000):
    config = {"schema": f"bench_{number}", "python_version": "3.12", "package_id": "bench"}
    values = {
        "group_id": "group", "service": "connector_sdk", "config": config, "paused": False,
        "sync_frequency": 360, "run_setup_tests": False,
    }
    assert not check_connection(values, place=place)
"""


def measures(revision: str) -> Iterator[Measure]:
    """Yield each measure of the product, with another commit as its first way.

    :param revision: the commit, as git names it
    """
    folder = Path(_AT_THE_END.enter_context(tempfile.TemporaryDirectory()))
    old, new = (_checked_out(each, folder) for each in (revision, "HEAD"))

    def measure(title: str, code: str, runs: int) -> Measure:
        ways = python(code, old), python(code, new)
        return Measure(title, f"`{revision}`", "this commit", *ways, runs=runs)

    yield Measure(
        "Process start to the handshake",
        f"`{revision}`",
        "this commit",
        provider(tree=old),
        provider(tree=new),
        runs=41,
    )
    for size, runs in _SIZES.items():
        yield _plan(revision, _Plans(old, new, size, folder), runs)
    yield _creation(revision, old, new, folder)
    yield measure("`import constructs_lib`", "import constructs_lib", 41)
    yield measure("Import of the checks before synth", "import constructs_lib.validation", 41)
    yield measure("Checking 10,000 connections, the whole process", _CHECKS, 7)
    for size, runs in ((10, 15), (1000, 7)):
        yield measure(f"Synth of {size:,} connections, the whole process", ours(size), runs)


class _Plans:
    """Two working directories with as many connections each, one for each commit.

    They are made when the first plan is measured, and each commit makes its own state.
    """

    def __init__(self, old: Tree, new: Tree, count: int, folder: Path) -> None:
        self.count = count
        self._trees, self._folder = (old, new), folder

    @cached_property
    def projects(self) -> tuple[Project, Project]:
        """The directories, each with a state in which all is applied."""
        old, new = (self._applied(tree) for tree in self._trees)
        return old, new

    def _applied(self, tree: Tree) -> Project:
        server: Api = _AT_THE_END.enter_context(api())
        name = f"plan-{self.count}-{tree.folder.name}"
        project = Project(self._folder / name, server.url, tree)
        project.connections(range(1, 2))
        project.apply()
        project.connections(range(1, self.count + 1))
        project.multiply(self.count)
        server.fill(self.count - 1)
        return project


def _plan(revision: str, plans: _Plans, runs: int) -> Measure:
    noun = "connection" if plans.count == 1 else "connections"
    title = f"`terraform plan`, nothing to do, {plans.count:,} {noun}"
    return Measure(
        title,
        f"`{revision}`",
        "this commit",
        lambda: plans.projects[0].plan(),
        lambda: plans.projects[1].plan(),
        runs=runs,
    )


def _creation(revision: str, old: Tree, new: Tree, folder: Path) -> Measure:
    server = _AT_THE_END.enter_context(api())
    first = Project(folder / "create-old", server.url, old)
    second = Project(folder / "create-new", server.url, new)

    def created(project: Project) -> float:
        project.start_over()
        project.connections(range(1, 101))
        return project.apply()

    return Measure(
        "`terraform apply` that creates 100 connections",
        f"`{revision}`",
        "this commit",
        lambda: created(first),
        lambda: created(second),
        runs=5,
    )


def _checked_out(revision: str, folder: Path) -> Tree:
    """Return a checkout of a commit, and a Python with the packages of this one."""
    tree = folder / revision.replace("/", "-")
    _git("worktree", "add", "--quiet", "--detach", str(tree), revision)
    _AT_THE_END.callback(_git, "worktree", "remove", "--force", str(tree))
    home = folder / f"{tree.name}-python"
    venv.create(home, symlinks=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    paths = f"{tree}\n{sysconfig.get_path('purelib')}\n"
    (Path(packages) / "bench.pth").write_text(paths, encoding="utf-8")
    interpreter = str(home / "bin" / "python")
    subprocess.run([interpreter, "-m", "compileall", "-q", str(tree)], check=False)
    return Tree(tree, interpreter)


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=sys.stderr)
