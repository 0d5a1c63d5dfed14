"""The version of Terraform that a stack requires for what an older one does not know."""

from __future__ import annotations

import json

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import ConnectionSyncAction
from constructs_lib.toolkit import NAME, TerraformStack


def required(synth: Synth) -> str | None:
    version: str | None = synth()["terraform"].get("required_version")
    return version


def sync(stack: TerraformStack) -> None:
    ConnectionSyncAction(stack, "sync", connection_id="pale_hydrogen")


def test_a_stack_of_resources_requires_none(connect: Connect, synth: Synth) -> None:
    connect(import_id="pale_hydrogen")

    assert required(synth) is None


def test_an_action_requires_terraform_1_14(stack: TerraformStack, synth: Synth) -> None:
    sync(stack)

    assert required(synth) == ">= 1.14"


def test_a_trigger_requires_terraform_1_14(connect: Connect, synth: Synth) -> None:
    trigger = {"events": ["after_create"], "actions": ["action.other_thing.it"]}
    connect(lifecycle={"action_triggers": [trigger]})

    assert required(synth) == ">= 1.14"


def test_the_higher_of_two_versions_counts(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    sync(stack)
    connect(import_identity={"id": "pale_hydrogen"})

    assert required(synth) == ">= 1.14"


@pytest.mark.parametrize("own", [">= 1.14", ">= 1.15.2", "1.15.5", "~> 1.14", "< 2, >= 1.14.1"])
def test_what_the_stack_requires_is_enough(own: str, stack: TerraformStack, synth: Synth) -> None:
    stack.add_override("terraform.required_version", own)
    sync(stack)

    assert required(synth) == own


@pytest.mark.parametrize("own", [">= 1.5", "< 2.0", "!= 1.14.1", "~> 1.5", "<= 1.14", "nonsense"])
def test_what_the_stack_requires_is_combined(own: str, stack: TerraformStack, synth: Synth) -> None:
    sync(stack)
    stack.add_override("terraform", {"required_version": own})

    assert required(synth) == f"{own}, >= 1.14"
    assert required(synth) == f"{own}, >= 1.14"


@pytest.mark.parametrize(
    "own", ["< 1.14", "< 1.14.0", "<= 1.13.9", "= 1.11.4", "1.13", "~> 1.13.0", ">= 1.5, < 1.12"]
)
def test_what_excludes_that_version_is_a_finding(
    own: str, stack: TerraformStack, synth: Synth
) -> None:
    stack.add_override("terraform.required_version", own)
    sync(stack)

    (finding,) = reported(synth)

    assert (finding.rule, finding.pointer) == ("terraform-version", "/terraform/required_version")
    assert (
        finding.found
        == f"required_version {own!r} in a stack with actions or an import by identity"
    )
    assert finding.hint == "require >= 1.14"


def test_nothing_is_written_for_a_version_that_excludes(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    stack.add_override("terraform.required_version", "< 1.12")
    connect(import_identity={"id": "pale_hydrogen"})

    assert findings_of(synth) == [("demo", "terraform-version", "/terraform/required_version")]


def test_a_synth_by_testing_requires_it_too(stack: TerraformStack) -> None:
    testing = pytest.importorskip(NAME).Testing
    sync(stack)

    document = json.loads(testing.synth(stack))

    assert document["terraform"]["required_version"] == ">= 1.14"
