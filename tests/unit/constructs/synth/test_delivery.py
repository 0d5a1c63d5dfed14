from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path

import pytest
from construct_fixtures import Connect

from constructs_lib import FivetranProvider
from constructs_lib.constructs.synth import delivery
from constructs_lib.toolkit import App, TerraformStack
from constructs_lib.version import __version__

LAUNCHER = delivery.launcher_path(Path(), "linux_amd64", "fivetranops")


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns) for p in paths}


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
    delivery.plant(tmp_path, providers=["fivetranops"])

    folder = "terraform.d/plugins/terraform.local/connections-as-code/fivetranops"
    for platform in ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"):
        path = tmp_path / f"{folder}/0.2.0/{platform}/terraform-provider-fivetranops_v0.2.0"
        assert os.access(path, os.X_OK)


def test_the_lock_file_holds_each_provider_that_is_planted(tmp_path: Path) -> None:
    delivery.plant(tmp_path, providers=["elasticops", "fivetranops"])

    text = (tmp_path / ".terraform.lock.hcl").read_text()
    assert re.findall('^provider "(.*)" {$', text, re.MULTILINE) == [
        "terraform.local/connections-as-code/elasticops",
        "terraform.local/connections-as-code/fivetranops",
    ]
    assert len(set(re.findall('"h1:.*"', text))) == 2


def test_planting_again_changes_nothing(tmp_path: Path) -> None:
    delivery.plant(tmp_path, providers=["fivetranops"])
    before = files_of(tmp_path)

    delivery.plant(tmp_path, providers=["fivetranops"])

    assert files_of(tmp_path) == before


def test_the_launcher_is_the_same_for_every_project(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    delivery.plant(tmp_path / "one", providers=["fivetranops"], python="/one/python")
    delivery.plant(tmp_path / "two", providers=["fivetranops"], python="/two/python")

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

    assert (__version__, digests) == ("0.2.0", ["d7c6a1a73b6298ed", "8b1c016db7e06fb7"])


def test_other_versions_are_left_alone(tmp_path: Path) -> None:
    old = tmp_path / str(LAUNCHER).replace(__version__, "0.0.9")
    old.parent.mkdir(parents=True)
    old.write_text("old")

    delivery.plant(tmp_path, providers=["fivetranops"])

    assert old.read_text() == "old"


def test_this_python_is_recorded(tmp_path: Path) -> None:
    delivery.plant(tmp_path, providers=["fivetranops"])

    recorded = tmp_path / "terraform.d" / "connections-as-code" / "python"
    assert recorded.read_text() == sys.executable + "\n"


@pytest.mark.parametrize("source", ["random", "hashicorp/random"])
def test_other_providers_of_the_stack_are_seeded_in_a_comment(source: str, tmp_path: Path) -> None:
    required = {"random": {"source": source, "version": "~> 3.0"}}
    document = {"terraform": {"required_providers": required}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps(document))

    delivery.plant(tmp_path, providers=["fivetranops"])

    _, _, comment = (tmp_path / ".terraform.lock.hcl").read_text().partition("/*")
    assert 'provider "registry.terraform.io/hashicorp/random" {' in comment
