"""The summary of a plan: what is destroyed comes first, each value that changes, and no secret."""

from __future__ import annotations

from typing import Any

import pytest
from plans.summary import changes_of, text_of


def resource(name: str, *actions: str, **change: Any) -> dict[str, Any]:
    found = {"address": f"fivetranops_connection.{name}", "change": {"actions": [*actions]}}
    return found | {"change": {"actions": [*actions], **change}}


def text(*resources: dict[str, Any], **document: Any) -> str:
    return text_of(changes_of({"resource_changes": [*resources], **document}), "live")


def updated(before: Any, after: Any, **change: Any) -> str:
    """The lines below the address of a resource that is changed."""
    shown = text(resource("a", "update", before=before, after=after, **change))
    return shown.partition("fivetranops_connection.a\n")[2]


def test_nothing_to_change_is_one_line() -> None:
    assert text(resource("a", "no-op"), resource("b", "read")) == (
        "Plan for live: nothing to change.\n"
    )


def test_what_is_replaced_and_destroyed_comes_first() -> None:
    shown = text(
        resource("a", "create"),
        resource("b", "update", before={"x": 1}, after={"x": 2}),
        resource("c", "delete"),
        resource("d", "delete", "create", before={"group_id": "g"}, after={"group_id": "h"}),
        resource("e", "forget"),
        output_changes={"c_id": {"actions": ["delete"]}, "same": {"actions": ["no-op"]}},
        action_invocations=[{"address": "action.fivetranops_connection_sync.s"}],
    )

    first, *rest = shown.splitlines()
    headings = [line.partition(":")[0] for line in rest if line and line[0] != " "]
    assert first == (
        "Plan for live: 1 to replace, 1 to destroy, 1 to forget, 1 to change, 1 to create, "
        "1 to run, 1 in outputs."
    )
    assert headings == [
        "REPLACED",
        "DESTROYED",
        "FORGOTTEN",
        "CHANGED",
        "CREATED",
        "ACTIONS that run",
        "OUTPUTS",
    ]


def test_a_replacement_names_what_forces_it() -> None:
    change = {"before": {"group_id": "g", "n": 1}, "after": {"group_id": "h", "n": 2}}
    shown = text(resource("a", "create", "delete", **change, replace_paths=[["group_id"]]))

    assert "      group_id: 'g' -> 'h'  (forces the replacement)\n" in shown
    assert "      n: 1 -> 2\n" in shown


def configuration(*names: str) -> dict[str, Any]:
    """Return the configuration of the resource ``a``, which names some attributes."""
    expressions = {name: {"references": ["x.y"]} for name in names}
    resources = [{"address": "fivetranops_connection.a", "expressions": expressions}]
    return {"root_module": {"resources": resources}}


def test_what_forces_a_replacement_comes_before_all_else() -> None:
    computed = {f"a{i}": True for i in range(30)}
    change = {
        "before": dict.fromkeys((*computed, "m", "service", "zone"), "old"),
        "after": {"m": "new", "service": "other"},
        "after_unknown": {**computed, "zone": True},
        "replace_paths": [["service"]],
    }
    shown = text(
        resource("a", "delete", "create", **change), configuration=configuration("service", "zone")
    )

    assert shown.partition("fivetranops_connection.a\n")[2] == (
        "      service: 'old' -> 'other'  (forces the replacement)\n"
        "      zone: 'old' -> (known after apply)\n"
        "      m: 'old' -> 'new'\n"
        "      and 30 computed, known after apply\n"
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"after_unknown": {"group": True}, "replace_paths": [["group"]]},
            "group: 'g' -> (known after apply)  (forces the replacement)",
        ),
        (
            {"after": {"group": {"x": 1}}, "replace_paths": [["group", "x"]]},
            "group: 'g' -> a mapping with 1 key  (forces the replacement)",
        ),
        ({"after": {"group": "g"}, "replace_paths": [["secrets_wo"]]}, "secrets_wo forces the"),
    ],
    ids=["unknown", "below", "write-only"],
)
def test_each_way_of_forcing_a_replacement_is_shown(change: dict[str, Any], line: str) -> None:
    shown = text(
        resource("a", "delete", "create", **{"before": {"group": "g"}, "after": {}} | change)
    )

    assert f"      {line}" in shown


def test_all_values_that_force_a_replacement_are_shown() -> None:
    names = [f"n{i}" for i in range(30)]
    values = {"before": dict.fromkeys([*names, "x"], 1), "after": dict.fromkeys([*names, "x"], 2)}
    shown = text(resource("a", "delete", "create", **values, replace_paths=[[n] for n in names]))

    assert shown.count("(forces the replacement)") == 30
    assert shown.endswith("      and 1 more\n")


@pytest.mark.parametrize(
    ("reason", "line"),
    [("replace_because_tainted", "it is tainted"), ("replace_by_request", "somebody asked")],
)
def test_a_replacement_without_a_value_has_a_reason(reason: str, line: str) -> None:
    values = {"before": {"id": "i"}, "after": {}, "after_unknown": {"id": True}}
    replaced = resource("a", "delete", "create", **values) | {"action_reason": reason}

    assert f"      replaced because {line}" in text(replaced)


def test_a_configured_value_of_a_module_is_shown() -> None:
    values = {"before": {"x": 1}, "after": {}, "after_unknown": {"x": True}}
    changed = resource("a", "update", **values)
    changed["address"] = f'module.m["a.b"].{changed["address"]}[0]'
    calls = {"m": {"module": configuration("x")["root_module"]}}

    shown = text(changed, configuration={"root_module": {"module_calls": calls}})

    assert "      x: 1 -> (known after apply)\n" in shown


@pytest.mark.parametrize(
    ("before", "after", "change", "line"),
    [
        ({"config": {"host": "a", "port": 1}}, {"config": {"host": "b", "port": 1}}, {}, "'b'"),
        ({"x": 1}, {}, {}, "null"),
        ({"x": [1]}, {"x": [1, 2]}, {}, "a list of 2 items"),
    ],
    ids=["nested", "gone", "list"],
)
def test_a_value_that_changes_has_a_line(
    before: Any, after: Any, change: dict[str, Any], line: str
) -> None:
    (shown,) = updated(before, after, **change).splitlines()

    assert shown.endswith(f" -> {line}")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("plain", {"after_sensitive": {"plain": True}}),
        ("plain", {"before_sensitive": {"plain": True}, "after_sensitive": {}}),
        ("plain", {"before_sensitive": True}),
        ("password", {}),
    ],
)
def test_a_secret_is_not_shown(name: str, change: dict[str, Any]) -> None:
    shown = updated({name: "canary-1"}, {name: "canary-2"}, **change)

    assert "->" in shown
    assert "canary" not in shown


def test_long_changes_are_cut_and_controls_are_escaped() -> None:
    shown = updated({f"n{i}": "\x1b[31m" for i in range(30)}, {f"n{i}": 1 for i in range(30)})

    assert "and 10 more" in shown
    assert "\x1b" not in shown


def test_imports_and_moves_are_told() -> None:
    imported = resource("a", "update", before={"x": 1}, after={"x": 2}, importing={"id": "i"})
    moved = resource("b", "no-op") | {"previous_address": "fivetran_connection.b"}

    shown = text(imported, moved)

    assert shown.startswith("Plan for live: 1 to import, 1 to move.\n")
    assert "IMPORTED\n  fivetranops_connection.a\n      x: 1 -> 2\n" in shown
    assert "MOVED\n  fivetran_connection.b -> fivetranops_connection.b\n" in shown
