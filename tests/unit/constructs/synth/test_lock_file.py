from __future__ import annotations

from collections.abc import Mapping

from constructs_lib.constructs.synth.delivery import LockedProvider, seed_lock_file
from constructs_lib.launchers import checksum

SOURCE = "terraform.local/connections-as-code/fivetranops"
LOCKED = f"""\
# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/hashicorp/random" {{
  version     = "3.6.0"
  constraints = "~> 3.0"
  hashes = [
    "h1:random",
  ]
}}

provider "{SOURCE}" {{
  version     = "1.0.0"
  constraints = "1.0.0"
  hashes = [
    "h1:ours",
  ]
}}
"""


def seed(
    text: str,
    version: str = "1.0.0",
    others: Mapping[str, str] | None = None,
    *,
    checksum: str = "h1:ours",
) -> str:
    return seed_lock_file(text, [LockedProvider(SOURCE, version, checksum)], others or {})


def test_a_new_file_holds_version_constraint_and_checksum() -> None:
    ours = LOCKED[LOCKED.index(f'provider "{SOURCE}"') :]

    assert seed("").endswith("\n\n" + ours)


def test_the_checksum_is_the_one_that_terraform_computes() -> None:
    # Taken from a lock file that terraform init wrote for a package of this one file.
    written_by_terraform = "h1:rKS+kQNBHyKKIjE1hjXaK8/G5EP2GOJaN1zVOcxJ49I="

    assert checksum("terraform-provider-x_v1.0.0", b"#!/bin/sh\n") == written_by_terraform


def test_a_block_of_this_version_is_left_alone() -> None:
    assert seed(LOCKED) == LOCKED


def test_a_block_of_another_version_is_replaced() -> None:
    text = seed(LOCKED, version="1.1.0", checksum="h1:new")

    assert text.count(f'provider "{SOURCE}"') == 1
    assert '"1.1.0"' in text
    assert "h1:ours" not in text


def test_the_blocks_of_other_providers_are_kept() -> None:
    assert "h1:random" in seed(LOCKED, version="1.1.0")


def test_the_checksum_of_another_launcher_is_replaced() -> None:
    text = seed(LOCKED, checksum="h1:new")

    assert "h1:ours" not in text
    assert text.count("h1:new") == 1


def test_a_block_without_checksum_gets_it() -> None:
    without = LOCKED.replace('  hashes = [\n    "h1:ours",\n  ]\n', "")

    assert seed(without) == LOCKED


def test_provider_not_locked_yet_is_in_a_comment() -> None:
    text = seed(LOCKED, others={"registry.terraform.io/hashicorp/aws": "5.1.0"})

    comment = text[text.index("/*") : text.index("*/")]
    assert 'provider "registry.terraform.io/hashicorp/aws" {\n  constraints = "5.1.0"' in comment


def test_a_locked_provider_needs_no_comment() -> None:
    assert "/*" not in seed(LOCKED, others={"registry.terraform.io/hashicorp/random": "~> 3.0"})


def test_the_comment_goes_when_it_is_not_needed_any_more() -> None:
    with_comment = seed(LOCKED, others={"registry.terraform.io/hashicorp/aws": ""})

    assert seed(with_comment) == LOCKED


def test_seeding_twice_changes_nothing() -> None:
    others = {"registry.terraform.io/hashicorp/aws": ""}
    once = seed("", others=others)

    assert seed(once, others=others) == once


def test_several_providers_of_ours_are_locked_together() -> None:
    other = LockedProvider(SOURCE.replace("fivetran", "elastic"), "1.0.0", "h1:other")
    text = seed_lock_file(LOCKED, [other, LockedProvider(SOURCE, "1.0.0", "h1:ours")], {})

    assert text.startswith(LOCKED)
    assert text.count("provider ") == LOCKED.count("provider ") + 1
    assert "h1:other" in text
