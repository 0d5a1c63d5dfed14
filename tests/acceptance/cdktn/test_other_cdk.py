"""The constructs and the app with CDK Terrain: the same tests, in an environment without cdktf."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from toolkits import CDKTN, ROOT

SUITE = (
    "tests/unit/constructs/synth",
    "tests/unit/constructs/fivetran",
    "tests/unit/constructs/elastic",
    "tests/unit/constructs/test_environment_stack.py",
    "tests/unit/stacks/test_app.py",
    "tests/unit/testing/test_kit_synthesize.py",
)
"""What synthesises. The rest is about values and rules of one construct; ``make soak`` has it."""
REST = ("tests/unit/constructs/base", "tests/unit/constructs/rules")


@pytest.fixture
def environ() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LANG") if name in os.environ}
    path = [str(CDKTN.node_folder), "/usr/local/bin", "/usr/bin", "/bin"]
    # What hypothesis would keep beside the tests, and jsii's cache, are of no concern here.
    return {**kept, "PATH": os.pathsep.join(path), "PYTHONDONTWRITEBYTECODE": "1"}


def test_the_tests_of_the_constructs_and_of_the_app_pass(environ: dict[str, str]) -> None:
    suite = [*SUITE, *(REST if os.environ.get("OTHER_CDK") == "all" else ())]
    done = subprocess.run(
        [CDKTN.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *suite],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 350
    assert "skipped" not in done.stdout


def test_there_is_no_other_cdk_in_that_environment() -> None:
    code = "from importlib.util import find_spec as f; print(bool(f('cdktf')), bool(f('cdktn')))"

    done = subprocess.run([CDKTN.python, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False True\n"
