from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from constructs_lib.validation import FilePlace, Finding, ValidationFailed
from stacks.settings import Environment, load_environment

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the environment files, in a project that is the current directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "stacks" / "environments"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def load(folder: Path) -> Callable[..., Environment]:
    """Writes base.yaml and dev.yaml and loads the environment dev."""

    def _load(base: str, dev: str = "") -> Environment:
        (folder / "base.yaml").write_text(dedent(base), encoding="utf-8")
        (folder / "dev.yaml").write_text(dedent(dev), encoding="utf-8")
        return load_environment("dev", folder)

    return _load


@pytest.fixture
def findings(load: Callable[..., Environment]) -> Callable[..., list[Finding]]:
    """As ``load``, but returns the findings that it must fail with."""

    def _findings(base: str, dev: str = "") -> list[Finding]:
        with pytest.raises(ValidationFailed) as failed:
            load(base, dev)
        return list(failed.value.findings)

    return _findings


@pytest.fixture
def found(findings: Callable[..., list[Finding]]) -> Callable[..., list[tuple[str, str]]]:
    """As ``findings``, but shortened to the rule and ``file:line:column``."""

    def _found(base: str, dev: str = "") -> list[tuple[str, str]]:
        shortened = []
        for finding in findings(base, dev):
            assert isinstance(finding.place, FilePlace)
            place = str(finding.place).removeprefix("stacks/environments/")
            shortened.append((finding.rule, place))
        return shortened

    return _found
