"""How the files of an environment are merged, and where a finding of the result stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.validation import FilePlace, Finding, ValidationFailed
from stacks.settings import Environment, load_environment, load_environments

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]
Findings = Callable[..., list[Finding]]

BASE = """\
    connections:
      orders:
        service: postgres
        group_id: one
        unchecked: {"config.hosts": a test}
        config: {schema_prefix: orders, hosts: [a, b], port: 5432}
    """


def test_mappings_merge_deeply(load: Load) -> None:
    environment = load(BASE, "connections: {orders: {config: {port: 5433, user: u}}}")

    config = environment.connections[0].parameters["config"]
    assert config == {"schema_prefix": "orders", "hosts": ["a", "b"], "port": 5433, "user": "u"}


def test_lists_and_scalars_replace(load: Load) -> None:
    overlay = "connections: {orders: {group_id: two, config: {hosts: [c]}}}"

    parameters = load(BASE, overlay).connections[0].parameters

    assert parameters["group_id"] == "two"
    assert parameters["config"]["hosts"] == ["c"]


def test_null_removes_a_key(load: Load) -> None:
    environment = load(BASE, "connections: {orders: {config: {port: null}}}")

    assert "port" not in environment.connections[0].parameters["config"]


def test_null_removes_a_whole_connection(load: Load) -> None:
    assert load(BASE, "connections: {orders: null}").connections == ()


def test_null_inside_a_list_stays(load: Load) -> None:
    environment = load(BASE, "connections: {orders: {config: {hosts: [a, null]}}}")

    assert environment.connections[0].parameters["config"]["hosts"] == ["a", None]


def test_defaults_are_laid_under_each_connection(load: Load) -> None:
    base = """\
        defaults: {sync_frequency: 60, paused: true, protect: true, timeouts: {create: 5m}}
        connections:
          one: {service: postgres, group_id: g, config: {schema_prefix: a}, paused: false}
          two: {service: postgres, group_id: g, config: {schema_prefix: b}, protect: false,
                timeouts: {update: 6m}}
        """

    one, two = load(base).connections

    assert (one.parameters["sync_frequency"], one.parameters["paused"], one.protect) == (
        60,
        False,
        True,
    )
    assert two.parameters["timeouts"] == {"create": "5m", "update": "6m"}
    assert not two.protect
    assert "protect" not in two.parameters


def test_null_in_a_connection_removes_a_default(load: Load) -> None:
    overlay = """\
        defaults: {sync_frequency: 60}
        connections: {orders: {sync_frequency: null}}
        """

    assert "sync_frequency" not in load(BASE, overlay).connections[0].parameters


def test_a_finding_stands_in_the_file_that_the_value_comes_from(found: Found) -> None:
    base = """\
        connections:
          orders:
            service: postgres
            group_id: one
            paused: 1
            config: {schema_prefix: orders}
        """

    assert found(base, "connections: {orders: {sync_frequency: 45}}") == [
        ("type", "base.yaml:5:13"),
        ("enum", "dev.yaml:1:40"),
    ]


def test_a_missing_key_points_at_its_mapping(found: Found) -> None:
    overlay = "connections:\n  orders:\n    group_id: null\n"

    assert found(BASE, overlay) == [("required", "dev.yaml:2:3")]


def test_a_mistake_in_the_defaults_is_reported_once(findings: Findings) -> None:
    base = """\
        defaults: {sync_frequency: 45, pausd: true}
        connections:
          one: {service: postgres, group_id: g, config: {schema_prefix: a}}
          two: {service: postgres, group_id: g, config: {schema_prefix: b}}
        """

    assert [(finding.rule, finding.pointer) for finding in findings(base)] == [
        ("enum", "/defaults/sync_frequency"),
        ("unknown-attribute", "/defaults/pausd"),
    ]


def test_a_mistake_of_two_files_together_is_found(found: Found) -> None:
    base = """\
        connections:
          orders:
            service: postgres
            group_id: one
            sync_frequency: 1440
            daily_sync_time: 14:00
            config: {schema_prefix: orders}
        """

    assert found(base, "connections: {orders: {sync_frequency: 60}}") == [
        ("daily-sync-time", "base.yaml:6:22")
    ]


def _write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


CONNECTION = (
    "connections: {a: {service: postgres, group_id: g, config: {schema_prefix: s}, paused: %s}}"
)


def test_environments_are_reported_together(folder: Path) -> None:
    _write(folder, base=CONNECTION % 1, dev="backnd: {}", live="provider: {api_key: k}")

    with pytest.raises(ValidationFailed) as failed:
        load_environments(folder)

    assert sorted(finding.rule for finding in failed.value.findings) == [
        "credentials-in-file",
        "type",
        "unknown-attribute",
    ]


def test_mistake_of_the_base_in_one_environment_names_it(
    folder: Path,
) -> None:
    _write(folder, base=CONNECTION % 1, dev="", live="connections: {a: {paused: true}}")

    with pytest.raises(ValidationFailed) as failed:
        load_environments(folder)

    (finding,) = failed.value.findings
    assert finding.place == FilePlace("stacks/environments/base.yaml", 1, 87)
    assert finding.hint == "found in the environment dev"


def test_mistake_in_some_environments_is_one_with_their_names(
    folder: Path,
) -> None:
    base = "connections: {}\nbackend: {type: loca}"
    _write(folder, base=base, dev="", live="", own="backend: {type: local}")

    with pytest.raises(ValidationFailed) as failed:
        load_environments(folder)

    (finding,) = failed.value.findings
    assert finding.hint == "did you mean 'local'? Found in the environments dev, live."


def test_what_is_missing_in_the_base_is_reported_there_and_once(folder: Path) -> None:
    text = "connections: {a: {group_id: g, config: {schema: s}}}"
    _write(folder, base=text, dev="", live="connections: {a: {paused: true}}")

    with pytest.raises(ValidationFailed) as failed:
        load_environments(folder)

    (finding,) = failed.value.findings
    assert finding.rule == "required"
    assert finding.place == FilePlace("stacks/environments/base.yaml", 1, 15)
    assert "found in" not in finding.hint


def test_mistake_is_common_despite_an_unreadable_environment(folder: Path) -> None:
    _write(folder, base=CONNECTION % 1, dev="", live="a: [")

    with pytest.raises(ValidationFailed) as failed:
        load_environments(folder)

    assert {finding.rule: finding.hint.count("found in") for finding in failed.value.findings} == {
        "type": 0,
        "yaml-syntax": 0,
    }


def test_environments_are_loaded_sorted_without_the_base(folder: Path) -> None:
    _write(folder, base=CONNECTION % "true", live="", dev="")

    assert [each.name for each in load_environments(folder)] == ["dev", "live"]


@pytest.mark.parametrize("name", ["liv", "base", "nosuch"])
def test_an_environment_without_a_file_is_a_finding(folder: Path, name: str) -> None:
    _write(folder, base=CONNECTION % "true", live="")

    with pytest.raises(ValidationFailed) as failed:
        load_environment(name, folder)

    (finding,) = failed.value.findings
    assert finding.rule == "environment"
    assert finding.place == FilePlace(f"stacks/environments/{name}.yaml", 0, 0)
    assert finding.allowed == "one of the environments live"


def test_a_file_of_another_ending_is_mentioned(folder: Path) -> None:
    _write(folder, base=CONNECTION % "true", live="")
    (folder / "dev.yml").write_text("")

    with pytest.raises(ValidationFailed) as failed:
        load_environment("dev", folder)

    hint = "rename stacks/environments/dev.yml to dev.yaml"
    assert hint in [finding.hint for finding in failed.value.findings]


def test_a_missing_base_is_a_finding(folder: Path) -> None:
    _write(folder, live=CONNECTION % "true")

    with pytest.raises(ValidationFailed) as failed:
        load_environment("live", folder)

    assert [finding.rule for finding in failed.value.findings] == ["file"]


def test_the_empty_text_that_clears_replaces(load: Load) -> None:
    base = BASE + "    networking_method: ProxyAgent\n        proxy_agent_id: pa_1\n"
    overlay = "connections: {orders: {networking_method: Directly, proxy_agent_id: ''}}"

    parameters = load(base, overlay).connections[0].parameters

    assert (parameters["networking_method"], parameters["proxy_agent_id"]) == ("Directly", "")
