"""The package with an extra, installed elsewhere: the README's own stack, by the CDK's own CLI."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from package_build import Installation
from toolkits import CDKTF, ROOT, TOOLKITS, Toolkit

from constructs_lib.sandbox import Store

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]


def block(heading: str, language: str) -> str:
    """The first block of code in a language below a heading of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    found = re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(params=TOOLKITS, ids=lambda toolkit: toolkit.name)
def toolkit(request: pytest.FixtureRequest) -> Toolkit:
    chosen: Toolkit = request.param
    return chosen


@pytest.fixture
def installed(request: pytest.FixtureRequest, toolkit: Toolkit, tmp_path: Path) -> Installation:
    """What the README tells: the package with an extra, ``main.py`` and ``cdktf.json``."""
    if toolkit is CDKTF:
        installation: Installation = request.getfixturevalue("with_cdktf").elsewhere(tmp_path)
    else:
        wheel = request.getfixturevalue("wheel")
        installation = Installation.of(tmp_path, f"{wheel}[{toolkit.name}]", toolkit)
    main = block("A stack of your own", "python").replace("from cdktf", f"from {toolkit.name}")
    (installation.project / "main.py").write_text(main)
    (installation.project / "cdktf.json").write_text(block("A stack of your own", "json"))
    return installation


def test_the_stack_of_the_readme_is_deployed(installed: Installation, toolkit: Toolkit) -> None:
    assert installed.packages() & {"cdktf", "cdktn"} == {toolkit.name}

    installed.run(toolkit.name, "deploy", "--auto-approve")

    with Store(installed.project / "pipelines.sqlite3") as store:
        written = [entry for entry in store.journal(0) if entry.writes]
    assert (written[0].method, written[0].path) == ("POST", "/v1/connections")
    patched = [entry.body for entry in written if entry.path.endswith("/state")]
    assert patched == [{"state": {"updated_since": "2024-01-01"}}]
    planted = next(installed.project.rglob("connections-as-code/python")).read_text().strip()
    assert planted == str(installed.python)
    assert "No changes" in installed.run(toolkit.name, "diff").stdout
