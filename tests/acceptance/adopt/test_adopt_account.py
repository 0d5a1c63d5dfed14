"""An account that exists is adopted: the deploy imports it and changes nothing."""

from __future__ import annotations

import pytest
from adopt_project import EMPTY, Project, choose, imports, summary

from constructs_lib.sandbox.fivetran.generated import generate

pytestmark = pytest.mark.terraform

NO_CHANGES = "No changes. Your infrastructure matches the configuration."
SHARED = """\
defaults:
  group_id: sandbox_lake
  protect: true
  sync_frequency: 360
  data_delay_sensitivity: HIGH
  require_setup_tests: true
  paused: false
  config: {region: EU, is_new: true}
"""
DISTORTED = (
    {"config.*": "reorder", "*": "number_as_text"},
    {"config.*": "upper", "*": "nothing_as_text"},
    {"config.*": "number_as_decimal", "*": "boolean_as_text"},
    {"config.*": "nothing_as_list", "schema": "upper"},
    {"config.*": "mask"},
)


def test_sixty_services_are_imported_and_nothing_changes(project: Project) -> None:
    with project.store() as store:
        generate(store, connections=120, services=60)

    printed = project.adopt()
    planned = project.plan()
    project.apply()

    assert printed.status == 0, printed.err
    assert "120 connections added" in printed.out
    assert summary(planned) == imports(120)
    assert summary(project.plan()) == NO_CHANGES
    assert project.writes() == []


def test_what_belongs_to_connections_is_imported_unchanged(project: Project) -> None:
    with project.store() as store:
        first, *_ = generate(store, connections=3, services=3)
        choose(store, first)
        with store.transaction() as tables:
            connection = tables.connection(first)
            assert connection is not None
            connection.approved = {"certificates": [{"id": "YQ", "hash": "a"}]}
            tables.update(connection)

    project.adopt("--schemas", "--trust")
    planned = project.plan()
    project.apply()

    written = project.file.read_text()
    assert "sync_mode: HISTORY" in written.partition("connection_schemas:")[2]
    assert 'a: ""' in written.partition("connection_certificates:")[2]
    assert summary(planned) == imports(written.count("import_id:"))
    assert summary(project.plan()) == NO_CHANGES
    assert project.writes() == []


def test_defaults_change_no_adopted_connection(project: Project) -> None:
    project.base.write_text(SHARED)
    with project.store() as store:
        generate(store, connections=40, services=40)

    project.adopt()

    assert summary(project.plan()) == imports(40)
    assert "group_id: sandbox_lake" not in project.file.read_text()


@pytest.mark.parametrize("rules", DISTORTED, ids=lambda rules: "-".join(rules.values()))
def test_distorting_api_is_adopted_without_a_change(
    rules: dict[str, str], project: Project
) -> None:
    with project.store() as store:
        generate(store, connections=14, services=14)
        store.configure(distortions=rules)

    project.adopt()
    planned = project.plan()
    project.apply()

    assert summary(planned) == imports(14)
    assert summary(project.plan()) == NO_CHANGES


def test_complete_list_needs_no_single_requests(project: Project) -> None:
    with project.store() as store:
        generate(store, connections=20, services=20)
        store.configure(list_config=True)

    project.adopt()

    assert project.reads() == ["/v1/connections"]
    assert summary(project.plan()) == imports(20)


def test_repeated_only_what_is_new_is_added(project: Project) -> None:
    with project.store() as store:
        generate(store, connections=10, services=5)
    project.adopt()
    first = project.file.read_text()

    again = project.adopt()

    assert project.file.read_text() == first
    assert "0 connections added" in again.out
    assert "10 connections that the environment already has" in again.out
    assert first.startswith(EMPTY)
    with project.store() as store:
        (new,) = generate(store, connections=1, services=1, seed=2, groups=["another_group"])

    project.adopt()

    second = project.file.read_text()
    assert second.startswith(first)
    assert second.removeprefix(first).count("import_id:") == 1
    assert new in second.removeprefix(first)
    assert summary(project.plan()) == imports(11)


def test_moved_entry_is_recognized_and_other_lines_survive(project: Project) -> None:
    with project.store() as store:
        generate(store, connections=3, services=3)
    project.adopt()
    lines = project.file.read_text().splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if "google_sheets_1_sheet:" in line)
    end = next(i for i in range(start, len(lines)) if not lines[i].strip())
    moved = "".join(lines[start:end]).replace("google_sheets_1_sheet:", "the_budget:", 1)
    project.base.write_text(f"# Shared by all.\nconnections:\n{moved}")
    rest = "".join([*lines[:start], *lines[end + 1 :]]) + "\n# A foot.   \nbackend: {type: local}\n"
    project.file.write_text(rest)
    with project.store() as store:
        generate(store, connections=1, services=1, seed=2, groups=["another_group"])

    project.adopt()

    written = project.file.read_text()
    head, _, foot = rest.partition("\n# A foot.   \n")
    assert written.startswith(head.rstrip("\n"))
    assert written.endswith("\n# A foot.   \n" + foot)
    assert "the_budget" not in written
    assert summary(project.plan()) == imports(4)
