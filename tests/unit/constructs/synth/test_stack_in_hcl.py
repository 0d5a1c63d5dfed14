"""What a stack has beside our constructs, in a synth as HCL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, findings_of, reported

from constructs_lib.constructs.synth import hcl_document
from constructs_lib.toolkit import (
    NAME,
    App,
    Fn,
    TerraformOutput,
    TerraformResource,
    TerraformStack,
)


class Disk(TerraformResource):
    """A resource of a generated class, which knows its blocks."""

    def __init__(self, stack: TerraformStack, sizes: list[str]) -> None:
        super().__init__(stack, "disk", terraform_resource_type="thing")
        self._sizes = sizes

    def _synthesize_attributes(self) -> dict[str, Any]:
        return {"part": [{"size": size} for size in self._sizes]}

    def _synthesize_hcl_attributes(self) -> dict[str, Any]:
        one = {"size": {"value": "5", "isBlock": False, "type": "simple"}}
        return {"part": {"value": [one], "isBlock": True, "type": "list"}}


@pytest.fixture(autouse=True)
def _as_hcl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")


def test_the_blocks_of_other_resources_are_blocks(stack: TerraformStack, tmp_path: Path) -> None:
    Disk(stack, ["5", "a\\b"])

    hcl_document.write(stack, tmp_path / "cdk.tf")

    parts = '  part {\n    size = "5"\n  }\n  part {\n    size = "a\\\\b"\n  }\n'
    assert f'resource "thing" "disk" {{\n{parts}}}\n' in (tmp_path / "cdk.tf").read_text()


def test_an_override_of_a_list_keeps_its_blocks(stack: TerraformStack, tmp_path: Path) -> None:
    Disk(stack, ["5"]).add_override("part", [{"size": "6"}])

    hcl_document.write(stack, tmp_path / "cdk.tf")

    parts = '  part {\n    size = "5"\n  }\n  part {\n    size = "6"\n  }\n'
    assert f'resource "thing" "disk" {{\n{parts}}}\n' in (tmp_path / "cdk.tf").read_text()


def test_an_override_that_may_be_a_block_is_refused(
    connect: Connect, stack: TerraformStack, app: App, outdir: Path
) -> None:
    connect()
    Disk(stack, ["5"]).add_override("more.size", "5")

    (finding,) = reported(app.synth)

    assert (str(finding.place), finding.rule, finding.pointer) == ("demo/disk", "hcl", "/more")
    assert finding.hint.startswith(
        "set it with a parameter of the class; or override dynamic.more "
    )
    assert not [*outdir.rglob("cdk.tf*")]


def test_what_the_class_of_another_resource_knows_is_no_finding(
    connect: Connect, stack: TerraformStack, app: App, outdir: Path
) -> None:
    connect()
    Disk(stack, ["5"])
    bare = TerraformResource(stack, "bare", terraform_resource_type="thing")
    bare.add_override("part", {"size": "6"})

    app.synth()

    assert (outdir / "stacks" / "demo").exists()


def test_an_ambiguous_override_of_the_stack_names_its_place(
    connect: Connect, stack: TerraformStack, app: App
) -> None:
    connect()
    Disk(stack, ["5"])
    stack.add_override("resource.thing.disk.more", [{"size": "5"}])

    assert findings_of(app.synth) == [("demo", "hcl", "/resource/thing/disk/more")]


def test_the_remedies_of_the_refusal_are_written(
    connect: Connect, stack: TerraformStack, app: App, tmp_path: Path
) -> None:
    connect()
    bare = TerraformResource(stack, "bare", terraform_resource_type="thing")
    bare.add_override("dynamic.part", {"for_each": [1], "content": {"size": "6"}})
    bare.add_override("tags", Fn.merge([{"a": "5"}]))
    app.synth()

    hcl_document.write(stack, tmp_path / "cdk.tf")

    text = " ".join((tmp_path / "cdk.tf").read_text().split())
    assert 'dynamic "part" { for_each = [1] content { size = "6" } }' in text
    assert 'tags = "${merge({"a" = "5"})}"' in text


def test_an_override_of_ours_is_an_attribute(
    connect: Connect, stack: TerraformStack, tmp_path: Path
) -> None:
    connect("orders").add_override("timeouts", {"create": "5m"})

    hcl_document.write(stack, tmp_path / "cdk.tf")

    assert 'timeouts = {"create" = "5m"}' in (tmp_path / "cdk.tf").read_text()


def test_an_override_of_the_stack_is_written(stack: TerraformStack, tmp_path: Path) -> None:
    stack.add_override("output.extra", {"value": "5"})

    hcl_document.write(stack, tmp_path / "cdk.tf")

    assert 'output "extra" {\n  value = "5"\n}\n' in (tmp_path / "cdk.tf").read_text()


def test_an_output_without_an_end_is_refused(stack: TerraformStack, app: App, outdir: Path) -> None:
    TerraformOutput(stack, "used", value={"a": ["${var.x"]})

    (finding,) = reported(app.synth)

    place = (str(finding.place), finding.rule, finding.pointer)
    assert place == ("demo/used", "hcl", "/value/a/0")
    assert finding.hint == f"correct it, or run {NAME} synth without --hcl"
    assert not [*outdir.rglob("cdk.tf*")]


def test_a_stack_without_our_constructs_is_checked(connect: Connect, app: App) -> None:
    connect()
    TerraformOutput(TerraformStack(app, "other"), "used", value="${var.x")

    assert findings_of(app.synth) == [("other/used", "hcl", "/value")]


def test_a_block_that_is_not_known_is_refused_in_the_stack(stack: TerraformStack, app: App) -> None:
    stack.add_override("invented", {"value": "5"})

    assert findings_of(app.synth) == [("demo", "hcl", "/invented")]


def test_what_the_converter_of_the_cdk_refuses_is_a_finding(
    stack: TerraformStack, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"value": [], "isBlock": True, "type": "list"}
    wrong = {"part": part, "size": {"value": 5, "type": "simple", "storageClassType": "string"}}
    monkeypatch.setattr(Disk, "_synthesize_hcl_attributes", lambda _self: wrong)
    Disk(stack, ["5"])

    (finding,) = reported(app.synth)

    assert (str(finding.place), finding.rule, finding.pointer) == ("demo", "hcl", "")
    assert "should have been a string" in finding.found


def test_the_form_is_no_matter_in_a_synth_as_json(
    stack: TerraformStack, app: App, outdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYNTH_HCL_OUTPUT")
    stack.add_override("invented", {"value": "5"})

    app.synth()

    assert (outdir / "stacks" / "demo" / "cdk.tf.json").exists()


def test_a_reference_to_another_stack_is_no_finding(
    connect: Connect, app: App, outdir: Path
) -> None:
    TerraformOutput(TerraformStack(app, "other"), "used", value=connect("orders").id)

    app.synth()

    assert (outdir / "stacks" / "other").exists()
