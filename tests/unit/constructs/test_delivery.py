from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from construct_fixtures import Connect

from constructs_lib import FivetranProvider
from constructs_lib.constructs import delivery
from constructs_lib.toolkit import App, TerraformStack
from constructs_lib.version import __version__

LAUNCHER = delivery.launcher_path(Path(), "linux_amd64")


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns) for p in paths}


def launch(
    folder: Path, launcher: Path = LAUNCHER, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(folder / launcher)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def fake_python(path: Path, *, has_package: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    probe = "exit 0" if has_package else "exit 1"
    path.write_text(f'#!/bin/sh\n[ "$1" = -c ] && {probe}\necho "{path.name} $*"\n')
    path.chmod(0o755)
    return path


def test_each_stack_with_a_provider_gets_the_launcher(
    connect: Connect, app: App, outdir: Path
) -> None:
    connect()
    second = TerraformStack(app, "second")
    FivetranProvider(second, "fivetran", api_url="sandbox")
    TerraformStack(app, "without")

    app.synth()

    stacks = outdir / "stacks"
    assert (stacks / "demo" / LAUNCHER).is_file()
    assert (stacks / "second" / LAUNCHER).is_file()
    assert not (stacks / "without" / "terraform.d").exists()


def test_the_launcher_lies_where_terraform_looks_for_it(tmp_path: Path) -> None:
    delivery.plant(tmp_path)

    folder = "terraform.d/plugins/terraform.local/connections-as-code/fivetranops"
    for platform in ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"):
        path = tmp_path / f"{folder}/0.1.0/{platform}/terraform-provider-fivetranops_v0.1.0"
        assert os.access(path, os.X_OK)


def test_the_lock_file_holds_each_provider_that_is_planted(tmp_path: Path) -> None:
    delivery.plant(tmp_path, providers=["elasticops", "fivetranops"])

    text = (tmp_path / ".terraform.lock.hcl").read_text()
    assert re.findall('^provider "(.*)" {$', text, re.MULTILINE) == [
        "terraform.local/connections-as-code/elasticops",
        "terraform.local/connections-as-code/fivetranops",
    ]
    assert len(set(re.findall('"h1:.*"', text))) == 2


def test_each_launcher_serves_its_own_provider(tmp_path: Path) -> None:
    python = fake_python(tmp_path / "recorded")
    delivery.plant(tmp_path, providers=["elasticops", "fivetranops"], python=str(python))

    launcher = delivery.launcher_path(Path(), "linux_amd64", "elasticops")
    result = launch(tmp_path, launcher)

    assert result.stdout == "recorded -m constructs_lib.backend elasticops\n"


def test_planting_again_changes_nothing(tmp_path: Path) -> None:
    delivery.plant(tmp_path)
    before = files_of(tmp_path)

    delivery.plant(tmp_path)

    assert files_of(tmp_path) == before


def test_the_launcher_is_the_same_for_every_project(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    delivery.plant(tmp_path / "one", python="/one/python")
    delivery.plant(tmp_path / "two", python="/two/python")

    one, two = ((tmp_path / name / LAUNCHER).read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_changed_launcher_needs_a_new_version(tmp_path: Path) -> None:
    """Terraform keeps the checksum by version: change both lines together."""
    delivery.plant(tmp_path, providers=["elasticops", "fivetranops"])

    digests = [
        hashlib.sha256(
            delivery.launcher_path(tmp_path, "linux_amd64", provider).read_bytes()
        ).hexdigest()[:16]
        for provider in ("elasticops", "fivetranops")
    ]

    assert (__version__, digests) == ("0.1.0", ["44b5af86a4b6535f", "2557eb72d84297e2"])


def test_other_versions_are_left_alone(tmp_path: Path) -> None:
    old = tmp_path / str(LAUNCHER).replace(__version__, "0.0.9")
    old.parent.mkdir(parents=True)
    old.write_text("old")

    delivery.plant(tmp_path)

    assert old.read_text() == "old"


def test_the_recorded_python_serves_the_provider(tmp_path: Path) -> None:
    python = fake_python(tmp_path / "with space" / "recorded")
    delivery.plant(tmp_path, python=str(python))

    result = launch(tmp_path, CONNECTIONS_PYTHON="/bin/false")

    assert result.stdout == "recorded -m constructs_lib.backend fivetranops\n"


def test_this_python_is_recorded(tmp_path: Path) -> None:
    delivery.plant(tmp_path)

    recorded = tmp_path / "terraform.d" / "connections-as-code" / "python"
    assert recorded.read_text() == sys.executable + "\n"


def test_another_python_can_be_named_where_the_recorded_one_is_gone(tmp_path: Path) -> None:
    delivery.plant(tmp_path, python="/gone/python")
    python = fake_python(tmp_path / "named")

    result = launch(tmp_path, CONNECTIONS_PYTHON=str(python))

    assert result.stdout == "named -m constructs_lib.backend fivetranops\n"


def test_the_python_of_the_path_is_the_last_choice(tmp_path: Path) -> None:
    delivery.plant(tmp_path, python="/gone/python")
    without = fake_python(tmp_path / "without", has_package=False)
    python = fake_python(tmp_path / "bin" / "python3")

    result = launch(tmp_path, CONNECTIONS_PYTHON=str(without), PATH=f"{python.parent}:/usr/bin")

    assert result.stdout == "python3 -m constructs_lib.backend fivetranops\n"


def test_without_any_python_one_line_says_what_to_do(tmp_path: Path) -> None:
    delivery.plant(tmp_path, python="/gone/python")
    python = fake_python(tmp_path / "bin" / "python3", has_package=False)

    result = launch(tmp_path, PATH=f"{python.parent}:/usr/bin:/bin")

    assert result.returncode == 1
    # Terraform shows the line on stdout in place of the handshake; a person sees stderr.
    assert result.stdout == result.stderr
    assert result.stderr.count("\n") == 1
    assert "/gone/python" in result.stderr
    assert "CONNECTIONS_PYTHON" in result.stderr


@pytest.mark.parametrize("source", ["random", "hashicorp/random"])
def test_other_providers_of_the_stack_are_seeded_in_a_comment(source: str, tmp_path: Path) -> None:
    required = {"random": {"source": source, "version": "~> 3.0"}}
    document = {"terraform": {"required_providers": required}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps(document))

    delivery.plant(tmp_path)

    _, _, comment = (tmp_path / ".terraform.lock.hcl").read_text().partition("/*")
    assert 'provider "registry.terraform.io/hashicorp/random" {' in comment
