from __future__ import annotations

from collections.abc import Mapping

from constructs_lib.constructs.lock_file import seeded

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
    keep: bool = True,
) -> str:
    return seeded(text, SOURCE, version, others or {}, keep_checksums=keep)


def test_a_new_file_holds_version_and_constraint_without_checksums() -> None:
    block = f'provider "{SOURCE}" {{\n  version     = "1.0.0"\n  constraints = "1.0.0"\n}}\n'

    assert seed("").endswith("\n\n" + block)


def test_a_block_of_this_version_is_left_alone() -> None:
    assert seed(LOCKED) == LOCKED


def test_a_block_of_another_version_is_replaced() -> None:
    text = seed(LOCKED, version="1.1.0")

    assert text.count(f'provider "{SOURCE}"') == 1
    assert '"1.1.0"' in text
    assert "h1:ours" not in text


def test_the_blocks_of_other_providers_are_kept() -> None:
    assert "h1:random" in seed(LOCKED, version="1.1.0")


def test_checksums_of_another_launcher_are_dropped() -> None:
    assert "h1:ours" not in seed(LOCKED, keep=False)


def test_a_provider_that_is_not_locked_yet_stands_in_a_comment() -> None:
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
