"""The command ``query`` with a program in place of Terraform that tells what it was given."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from constructs_lib import schemas
from constructs_lib.cli import query

VERSION = '{"terraform_version": "1.15.5"}'
SCRIPT = """#!/bin/sh
if [ "$1" = version ]; then echo '%s'; exit 0; fi
cp *.tfquery.json "$GIVEN/query.json"
echo "$PWD" "$@" > "$GIVEN/run"
%s
"""


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program leaves what it was given."""
    folder = tmp_path / "given"
    folder.mkdir()
    monkeypatch.setenv("GIVEN", str(folder))
    return folder


@pytest.fixture
def put(given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts the program on the PATH, which ends with a command of its own."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)

    def write(command: str = "exit 0", version: str = VERSION, name: str = "terraform") -> None:
        (tmp_path / name).write_text(SCRIPT % (version, command))
        (tmp_path / name).chmod(0o755)

    return write


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """The folder of a stack that is initialised."""
    folder = tmp_path / "project" / "cdktf.out" / "stacks" / "demo"
    (folder / ".terraform").mkdir(parents=True)
    (folder / "cdk.tf.json").write_text("{}")
    return folder


def content(given: Path) -> Any:
    return json.loads((given / "query.json").read_text())


def files(stack: Path) -> list[str]:
    return sorted(path.name for path in stack.iterdir())


def test_connections_are_found_in_the_folder_of_a_stack(
    put: Callable[..., None], stack: Path, given: Path
) -> None:
    put()

    assert query.main(["--dir", str(stack)]) == 0

    block = {"provider": "fivetranops", "config": {}}
    assert content(given) == {"list": {"fivetranops_connection": {"found": block}}}
    assert (given / "run").read_text() == f"{stack} query -no-color\n"
    assert files(stack) == [".terraform", "cdk.tf.json"]


def test_options_are_written_into_the_query(
    put: Callable[..., None], stack: Path, given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put()
    monkeypatch.chdir(stack)

    options = ["--limit=5", "--provider=second", "--group-id=g", "--setup-state=broken"]
    options += ["--resource=fivetranops_connection_state", "--json", "--generate-config-out=x.tf"]
    assert query.main(options) == 0

    config = {"group_id": "g", "setup_state": "broken"}
    block = {"provider": "fivetranops.second", "limit": 5, "config": config}
    assert content(given) == {"list": {"fivetranops_connection_state": {"found": block}}}
    expected = f"query -generate-config-out={stack}/x.tf -json -no-color\n"
    assert (given / "run").read_text().endswith(expected)


def test_a_filter_is_no_template(put: Callable[..., None], stack: Path, given: Path) -> None:
    put()

    options = ["--service", 'po"s${x}', "--schema", "%{if}$${y}$5%"]
    assert query.main([*options, "--dir", str(stack)]) == 0

    block = content(given)["list"]["fivetranops_connection"]["found"]
    assert block["config"] == {"service": 'po"s$${x}', "schema": "%%{if}$$${y}$5%"}


def test_a_status_of_elastic_is_spelled_as_the_list_has_it(
    put: Callable[..., None], stack: Path, given: Path
) -> None:
    put()

    options = ["--resource", "elasticops_connector_status", "--status", "CONNECTED"]
    assert query.main([*options, "--provider=elasticops.eu", "--dir", str(stack)]) == 0

    block = {"provider": "elasticops.eu", "config": {"status": "connected"}}
    assert content(given) == {"list": {"elasticops_connector_status": {"found": block}}}


def test_each_list_has_its_filters_as_options(capsys: pytest.CaptureFixture[str]) -> None:
    lists = [name for name in schemas.names() if name.startswith("list.")]

    for name in lists:
        with pytest.raises(SystemExit) as ended:
            query.main(["--resource", name.removeprefix("list."), "--help"])
        shown = capsys.readouterr().out
        assert ended.value.code == 0
        for attribute in schemas.load(name).attributes:
            assert f"--{attribute.replace('_', '-')} " in shown, name

    assert len(lists) == 6


@pytest.mark.parametrize(
    "options",
    [
        ["--resource=nonsense"],
        ["--limit=0"],
        ["--limit=many"],
        ["--setup-state=nonsense"],
        ["--status=connected"],
        ["--group=g"],
    ],
    ids=str,
)
def test_wrong_usage_runs_nothing(
    options: list[str], put: Callable[..., None], stack: Path, given: Path
) -> None:
    put()

    with pytest.raises(SystemExit) as ended:
        query.main(["--dir", str(stack), *options])

    assert ended.value.code == 2
    assert not [*given.iterdir()]


def test_the_exit_status_is_that_of_terraform(put: Callable[..., None], stack: Path) -> None:
    put("exit 7")

    assert query.main(["--dir", str(stack)]) == 7
    assert files(stack) == [".terraform", "cdk.tf.json"]


def test_a_terraform_that_was_killed_is_no_success(put: Callable[..., None], stack: Path) -> None:
    put("kill -9 $$")

    assert query.main(["--dir", str(stack)]) == 137


def test_the_program_of_the_environment_is_run(
    put: Callable[..., None], stack: Path, given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(version='{"terraform_version": "1.11.4"}')
    put(name="newer")
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "newer")

    assert query.main(["--dir", str(stack)]) == 0


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (
            '{"terraform_version": "1.13.9"}',
            "is 1.13.9, but 'query' needs Terraform 1.14 or newer. Install it: https:",
        ),
        ("nonsense", "does not report its version. Try '"),
    ],
)
def test_an_older_terraform_is_one_message(
    version: str,
    message: str,
    put: Callable[..., None],
    stack: Path,
    given: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(version=version)

    assert query.main(["--dir", str(stack)]) == 1

    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert message in shown
    assert not [*given.iterdir()]


def test_no_terraform_is_one_message(
    stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert query.main(["--dir", str(stack)]) == 1

    assert (
        "terraform is not on the PATH. Install Terraform 1.14 or newer" in capsys.readouterr().err
    )


def test_a_folder_that_is_not_initialised_is_one_message(
    put: Callable[..., None], stack: Path, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put()
    (stack / ".terraform").rmdir()

    assert query.main(["--dir", str(stack)]) == 1

    expected = f"query: {stack} is not initialised. Run 'terraform init' there, and try again\n"
    assert capsys.readouterr().err == expected
    assert files(stack) == ["cdk.tf.json"]


def test_the_root_of_a_project_names_a_stack(
    put: Callable[..., None],
    stack: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put()
    monkeypatch.chdir(stack.parents[2])

    assert query.main([]) == 1

    assert "--dir, such as --dir cdktf.out/stacks/demo\n" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_query_file_is_removed_after_a_signal(
    number: signal.Signals, put: Callable[..., None], stack: Path, given: Path, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    handled = "trap 'exit 5' INT TERM HUP; sleep 60 & "
    put(f"{handled} : > '{ready}'; wait; exit 9")
    process = subprocess.Popen(
        [sys.executable, "-m", "constructs_lib.cli.query", "--dir", str(stack)],
        start_new_session=True,
    )
    ready.read_text()
    assert len(files(stack)) == 3

    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)

    assert process.wait(30) == 5
    assert files(stack) == [".terraform", "cdk.tf.json"]
    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def going(put: Callable[..., None], stack: Path, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """A run that goes on until it is killed, by the function."""
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    put(f": > '{ready}'; exec sleep 60")
    process = subprocess.Popen(
        [sys.executable, "-m", "constructs_lib.cli.query", "--dir", str(stack)],
        start_new_session=True,
    )
    ready.read_text()

    def kill() -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)

    yield kill
    if process.poll() is None:
        kill()


def test_the_file_of_a_killed_run_is_removed_by_the_next(
    going: Callable[[], None], put: Callable[..., None], stack: Path, given: Path
) -> None:
    going()
    assert len(files(stack)) == 3
    (given / "query.json").unlink()
    put()

    assert query.main(["--dir", str(stack)]) == 0

    assert content(given)["list"].keys() == {"fivetranops_connection"}
    assert files(stack) == [".terraform", "cdk.tf.json"]


def test_the_file_of_a_run_that_goes_on_is_kept(
    going: Callable[[], None], stack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(stack)

    assert query.main(["--dir", str(stack)]) == 1

    assert files(stack) == before
    assert "Try again when it has ended\n" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{}", "mine", '{"list": {"a": {"mine": {}}}}', "[1]"])
def test_a_query_file_of_somebody_is_kept(text: str, put: Callable[..., None], stack: Path) -> None:
    put("exit 0")
    mine = stack / "connections-mine.tfquery.json"
    mine.write_text(text)

    query.main(["--dir", str(stack)])

    assert mine.read_text() == text


def test_an_empty_query_file_of_a_killed_run_is_removed(
    put: Callable[..., None], stack: Path
) -> None:
    put()
    (stack / "connections-abc.tfquery.json").touch()

    assert query.main(["--dir", str(stack)]) == 0
    assert files(stack) == [".terraform", "cdk.tf.json"]


def test_ctrl_c_before_the_query_is_one_line(
    stack: Path, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    (tmp_path / "terraform").write_text(f"#!/bin/sh\n: > '{ready}'; exec sleep 60\n")
    (tmp_path / "terraform").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    process = subprocess.Popen(
        [sys.executable, "-m", "constructs_lib", "query", "--dir", str(stack)],
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    ready.read_text()

    os.killpg(process.pid, signal.SIGINT)

    assert process.communicate(timeout=30)[1] == "query: interrupted\n"
    assert process.returncode == 130
