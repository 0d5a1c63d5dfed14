"""What a user sees of an app of their own, run as a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from constructs_lib.toolkit import NAME

APP = """
from {cdk} import App, TerraformStack
from constructs_lib import Connection, FivetranProvider

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="sandbox")
Connection(stack, "orders", group_id="g", service="postgres", config={config})
Connection(stack, "returns", group_id="", service="postgres", config={config})
app.synth()
print("synthesised")
"""


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_wrong_app_ends_with_status_1_and_the_report(tmp_path: Path) -> None:
    result = run(tmp_path, APP.format(cdk=NAME, config='{"schema": "x"}'))

    assert result.returncode == 1
    assert result.stdout == ""
    assert "demo/orders: error[destination-schema]" in result.stderr
    assert "demo/returns: error[" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_app_writes_nothing(tmp_path: Path) -> None:
    run(tmp_path, APP.format(cdk=NAME, config='{"schema": "x"}'))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("module", ["constructs_lib", "constructs_lib.backend"])
def test_importing_the_package_starts_no_cdk(module: str, tmp_path: Path) -> None:
    code = (
        f"import sys, {module}; print([m for m in ('jsii', 'cdktf', 'cdktn') if m in sys.modules])"
    )

    assert run(tmp_path, code).stdout == "[]\n"


def test_the_public_names_are_found_on_first_use(tmp_path: Path) -> None:
    code = "import constructs_lib as c; print(all(getattr(c, name) for name in c.__all__))"

    assert run(tmp_path, code).stdout == "True\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    import constructs_lib

    with pytest.raises(AttributeError, match="no attribute 'Conection'"):
        _ = constructs_lib.Conection  # type: ignore[attr-defined]
