"""What only one entry may have is found in the files, with its line and once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.validation import Finding, ValidationFailed
from stacks.settings import Environment, load_environments

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]
Findings = Callable[..., list[Finding]]

TWO = """\
connections:
  a: {group_id: g, service: postgres, config: {schema_prefix: same}}
  b:
    group_id: g
    service: postgres
    config: {schema_prefix: same}
"""


def test_a_schema_that_is_taken_has_its_line(found: Found) -> None:
    assert found(TWO) == [("schema-taken", "base.yaml:6:5")]


def test_a_schema_that_is_taken_names_the_other_entry(findings: Findings) -> None:
    (finding,) = findings(TWO)

    assert finding.found == "the destination schema 'same' in the group 'g', first in connections.a"


def test_a_schema_that_is_taken_in_the_base_is_one_mistake(folder: Path) -> None:
    (folder / "base.yaml").write_text(TWO)
    for name in ("dev", "live"):
        (folder / f"{name}.yaml").write_text("")

    with pytest.raises(ValidationFailed) as failed:
        load_environments(folder)

    assert [finding.rule for finding in failed.value.findings] == ["schema-taken"]
    assert failed.value.findings[0].hint == ""


def test_a_schema_from_two_files_is_found(found: Found) -> None:
    own = "connections:\n  b: {config: {schema_prefix: same}}\n"

    assert found(TWO.replace("    config: {schema_prefix: same}\n", ""), own) == [
        ("schema-taken", "dev.yaml:2:7")
    ]


def test_the_same_schema_in_two_groups_is_no_mistake(load: Load) -> None:
    assert len(load(TWO.replace("group_id: g\n", "group_id: h\n")).connections) == 2


def test_an_identifier_that_is_imported_twice_has_its_line(found: Found) -> None:
    entry = "  {0}: {{group_id: {0}, service: github, config: {{schema: s}}, import_id: an_id}}\n"

    assert found("connections:\n" + entry.format("a") + entry.format("b")) == [
        ("import-twice", "base.yaml:3:69")
    ]


def test_a_second_status_of_a_connector_has_its_line(found: Found) -> None:
    statuses = (
        "connector_statuses:\n"
        "  one: {connector_id: wiki, status: connected}\n"
        "  two: {connector_id: wiki, status: error}\n"
    )

    assert found("connections: {}\nelastic: {endpoints: [sandbox]}\n" + statuses) == [
        ("status-twice", "base.yaml:5:23")
    ]
