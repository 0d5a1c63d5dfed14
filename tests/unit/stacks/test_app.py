"""``python -m stacks``: the app reports the warnings of the files once, each with its line."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from constructs_lib.toolkit import App
from constructs_lib.validation import ValidationFailed
from stacks import stack
from stacks.settings import load_environments
from stacks.stack import EnvironmentStack

BASE = """\
    provider: {api_url: sandbox}
    connections:
      orders:
        service: postgress
        group_id: g
        config: {schema_prefix: o, host: 'a $${HOST} %%{if} $5'}
    """


def _run(folder: Path, monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    (folder / "base.yaml").write_text(dedent(base))
    for name in ("dev", "live"):
        (folder / f"{name}.yaml").write_text("")
    monkeypatch.setattr(stack, "ENVIRONMENTS", folder)
    # The CDK runs in a process of its own, which knows nothing of our current directory.
    monkeypatch.setattr(stack, "App", lambda: App(outdir=str(Path("cdktf.out").absolute())))
    stack.synthesise()


def _document(name: str) -> dict[str, Any]:
    text = Path("cdktf.out", "stacks", name, "cdk.tf.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def test_warning_is_printed_once_with_its_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(folder, monkeypatch, BASE)

    printed = capsys.readouterr().err
    assert printed.count("warning[") == 1
    assert "stacks/environments/base.yaml:4:14: warning[unknown-service]" in printed
    assert printed.endswith("1 warning in 1 file.\n")


def test_what_is_set_on_a_construct_from_a_file_is_checked(folder: Path) -> None:
    (folder / "base.yaml").write_text(dedent(BASE).replace("postgress", "postgres"))
    (folder / "dev.yaml").write_text("")
    (settings,) = load_environments(folder)
    made = App(outdir=str(Path("cdktf.out").absolute()))
    connection = EnvironmentStack(made, "dev", settings=settings).node.find_child("orders")

    setattr(connection, "paused", "no")  # noqa: B010 - The CDK's node knows no parameters.

    with pytest.raises(ValidationFailed, match="paused"):
        made.synth()


def test_files_without_a_warning_are_synthesised_in_silence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(folder, monkeypatch, BASE.replace("postgress", "postgres"))

    assert capsys.readouterr().err == ""
    assert list(_document("dev")["resource"]["fivetranops_connection"]) == ["orders"]


def test_a_doubled_mark_reaches_terraform_as_it_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(folder, monkeypatch, BASE)

    config = _document("live")["resource"]["fivetranops_connection"]["orders"]["config"]
    assert config["host"] == "a $${HOST} %%{if} $5"


def test_warnings_are_in_the_report_of_the_errors(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValidationFailed) as failed:
        _run(folder, monkeypatch, BASE.replace("group_id: g", "group_id: 5"))

    assert str(failed.value).endswith("1 error, 1 warning in 1 file; nothing was written.")
    assert capsys.readouterr().err == ""
    assert not Path("cdktf.out").exists()


def test_reading_the_files_loads_no_client_of_an_api() -> None:
    code = (
        "import sys, stacks.settings, stacks.settings.yaml_writer;"
        "sys.exit(any(name.startswith('constructs_lib.backend') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
