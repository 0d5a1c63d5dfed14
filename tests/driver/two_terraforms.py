"""The Terraforms that tests run on: the one on the PATH, and the newest, which a package carries.

A test runs on the one on the PATH, unless a marker says otherwise:

* ``both_terraforms``: it runs once on each.
* ``newest_terraform``: it runs on the newest alone, because older ones lack what it is about.

The right one is first on the PATH before any fixture of the scope of a test looks for it; fixtures
of a wider scope must not run Terraform for a marked test. A test that wants to know which one it is
asks for the fixture ``terraform_program``. Where the package cannot be installed, the tests on the
newest are skipped, unless ``REQUIRE_NEWEST_TERRAFORM`` is set.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from terraforms import NEWEST, PACKAGE

ON_THE_PATH: Final = "on the PATH"
THE_NEWEST: Final = "newest"
BOTH: Final = "both_terraforms"
NEWEST_ALONE: Final = "newest_terraform"
_FIXTURE: Final = "terraform_first_on_the_path"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs the marked tests on the Terraforms that they are for."""
    marks = {mark.name for mark in metafunc.definition.iter_markers()} & {BOTH, NEWEST_ALONE}
    if not marks:
        return
    assert len(marks) == 1, f"{metafunc.definition.nodeid} has two markers that exclude each other"
    programs = [ON_THE_PATH, THE_NEWEST] if marks == {BOTH} and _differ() else [THE_NEWEST]
    metafunc.parametrize(_FIXTURE, programs, indirect=True)


@pytest.fixture(autouse=True)
def terraform_first_on_the_path(request: pytest.FixtureRequest) -> Iterator[None]:
    """Puts the newest first on the PATH for a test that runs on it."""
    if getattr(request, "param", ON_THE_PATH) == ON_THE_PATH:
        yield
        return
    require_the_newest()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(NEWEST.parent), prepend=os.pathsep)
        yield


@pytest.fixture
def terraform_program() -> Path:
    """The program ``terraform`` that is first on the PATH."""
    found = shutil.which("terraform")
    assert found is not None
    return Path(found)


def text_of(program: Path) -> bytes:
    """The bytes of a Terraform; those of its library, if the program is a script that runs one."""
    text = program.read_bytes()
    if not text.startswith(b"#!"):
        return text
    (library,) = [word for word in shlex.split(text.decode()) if word.endswith(".so")]
    return Path(library).read_bytes()


def require_the_newest() -> None:
    """Skips a test, or fails where it must not be skipped, if the package is not installed."""
    if NEWEST.exists():
        return
    missing = f"the package {PACKAGE} is not installed: make setup-dev says why"
    assert not os.environ.get("REQUIRE_NEWEST_TERRAFORM"), missing
    pytest.skip(missing)


def _differ() -> bool:
    """False where the newest is the one on the PATH, because the machine has no other."""
    found = shutil.which("terraform")
    return found is not None and not (NEWEST.exists() and NEWEST.samefile(found))
