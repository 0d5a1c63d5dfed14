"""What is sent, stored and imported of a schema configuration, by what the API has answered."""

from __future__ import annotations

from typing import Any

import pytest
from every_case import check_every

from constructs_lib.backend.fivetran.connection_schema.checks import (
    find_problems,
    not_taken,
    switched_on,
    tables_to_read,
)
from constructs_lib.backend.fivetran.connection_schema.schema_config import (
    SchemaConfig,
    ahead,
    changes,
    deviations,
    has_changes,
    named_values,
)
from constructs_lib.backend.plugin.values.value import UNKNOWN

OPEN = {"allowed": True}


def column(enabled: bool = True, hashed: bool = False, **more: Any) -> dict[str, Any]:
    return {"enabled": enabled, "hashed": hashed, "enabled_patch_settings": OPEN, **more}


def table(enabled: bool = True, mode: str | None = "SOFT_DELETE", **more: Any) -> dict[str, Any]:
    mode_ = {} if mode is None else {"sync_mode": mode}
    return {"enabled": enabled, "enabled_patch_settings": OPEN, "columns": {}, **mode_, **more}


def live(policy: str = "ALLOW_ALL", **tables: Any) -> SchemaConfig:
    """The configuration of a source with one schema, ``public``."""
    schemas = {"public": {"enabled": True, "tables": tables}}
    return SchemaConfig.of({"schema_change_handling": policy, "schemas": schemas})


def named(**tables: Any) -> dict[str, Any]:
    return {"public": {"tables": tables}}


def orders(**columns: Any) -> SchemaConfig:
    """A source with the table ``orders``, of which these columns are set."""
    return live(orders=table(columns=columns))


EMAIL = {"columns": {"email": {"hashed": True}}}
SENT = [
    ("nothing is named", None, live(orders=table()), {}),
    ("an empty object", {}, live(orders=table()), {}),
    ("a schema without settings", {"public": {}}, live(orders=table()), {}),
    ("what is the same", named(orders={"enabled": True}), live(orders=table()), {}),
    ("null is left out", named(orders={"enabled": None}), live(orders=table(False)), {}),
    ("unknown is left out", named(orders={"enabled": UNKNOWN}), live(orders=table(False)), {}),
    ("a null table", named(orders=None), live(orders=table()), {}),
    ("unknown tables", {"public": {"tables": UNKNOWN}}, live(orders=table()), {}),
    (
        "a table that differs, and not the one beside it",
        named(orders={"enabled": False}, events={"enabled": True}),
        live(orders=table(), events=table()),
        {"public": {"enabled": True, "tables": {"orders": {"enabled": False}}}},
    ),
    (
        "enabled of a table comes from the API where it is not named",
        named(orders={"sync_mode": "HISTORY"}),
        live(orders=table(False)),
        {"public": {"enabled": True, "tables": {"orders": {
            "enabled": False, "sync_mode": "HISTORY"}}}},
    ),
    (
        "a column, with enabled on the way",
        named(orders=EMAIL),
        orders(email=column(False)),
        {"public": {"enabled": True, "tables": {"orders": {
            "enabled": True, "columns": {"email": {"enabled": False, "hashed": True}}}}}},
    ),
    ("a column that is as named", named(orders=EMAIL), orders(email=column(hashed=True)), {}),
    (
        "false is what an answer leaves out",
        named(orders={"columns": {"email": {"is_primary_key": False}}}),
        orders(email=column()),
        {},
    ),
    (
        "a schema alone",
        {"public": {"enabled": False}},
        live(orders=table()),
        {"public": {"enabled": False}},
    ),
]  # fmt: skip


def test_changes_are_the_branches_that_differ() -> None:
    check_every(SENT, lambda case: _check(changes(case[1], case[2]), case[3]))


def test_there_are_changes_where_branches_differ() -> None:
    check_every(SENT, lambda case: _check(has_changes(case[1], case[2]), bool(case[3])))


def _check(found: Any, expected: Any) -> None:
    assert found == expected


def test_a_column_that_nobody_has_set_is_sent_once() -> None:
    config = orders()
    config.add_columns("public", "orders", {"email": column(hashed=True)})

    sent = changes(named(orders=EMAIL), config)

    assert has_changes(named(orders=EMAIL), config)
    columns = sent["public"]["tables"]["orders"]["columns"]
    assert columns == {"email": {"enabled": True, "hashed": True}}
    assert changes(named(orders=EMAIL), orders(email=column(hashed=True))) == {}


def test_what_is_not_named_is_in_no_state() -> None:
    config = live(orders=table(False, columns={"id": column(), "email": column()}), other=table())

    found = named_values(named(orders={"enabled": True, **EMAIL}), config)

    assert found == named(orders={"enabled": False, "columns": {"email": {"hashed": False}}})


def test_null_and_a_missing_mode_stay_null() -> None:
    config = live(orders=table(mode=None))

    found = named_values(named(orders={"enabled": None, "sync_mode": "HISTORY"}, gone={}), config)

    assert found == named(orders={"enabled": None, "sync_mode": None})


DEVIATING = [
    ("ALLOW_ALL", table(), None),
    ("ALLOW_ALL", table(False), {"enabled": False}),
    ("BLOCK_ALL", table(), {"enabled": True}),
    ("BLOCK_ALL", table(False), None),
    ("ALLOW_COLUMNS", table(), {"enabled": True}),
    ("ALLOW_ALL", table(mode="HISTORY"), {"sync_mode": "HISTORY"}),
    ("ALLOW_ALL", table(mode=None), None),
    ("ALLOW_ALL", table(False, enabled_patch_settings={"allowed": False}), None),
    ("ALLOW_ALL", table(columns={"a": column(), "b": column(False)}),
        {"columns": {"b": {"enabled": False}}}),
    ("ALLOW_COLUMNS", table(False, columns={"b": column(False)}),
        {"columns": {"b": {"enabled": False}}}),
    ("BLOCK_ALL", table(False, columns={"a": column(), "b": column(False)}),
        {"columns": {"a": {"enabled": True}}}),
    ("ALLOW_ALL", table(columns={"a": column(hashed=True)}), {"columns": {"a": {"hashed": True}}}),
    ("ALLOW_ALL", table(columns={"a": column(is_primary_key=True)}), None),
    ("SOMETHING_NEW", table(), {"enabled": True}),
]  # fmt: skip


def test_an_import_names_what_differs_from_the_policy() -> None:
    def check(case: tuple[str, Any, Any]) -> None:
        policy, orders_, expected = case
        tables = deviations(live(policy, orders=orders_)).get("public", {}).get("tables", {})
        assert tables.get("orders") == expected

    check_every(DEVIATING, check)
    assert deviations(live("BLOCK_ALL"))["public"] == {"enabled": True}


def test_what_is_sent_ahead_says_enabled_everywhere() -> None:
    found = ahead(named(orders={"sync_mode": "HISTORY", **EMAIL}, events={"enabled": False}))

    email = {"email": {"enabled": True, "hashed": True}}
    tables = {
        "orders": {"enabled": True, "sync_mode": "HISTORY", "columns": email},
        "events": {"enabled": False},
    }
    assert found == {"public": {"enabled": True, "tables": tables}}


LOCKED = {"allowed": False, "reason_code": "SYSTEM_TABLE"}
SAID = {"allowed": False, "reason_code": "OTHER", "reason": "No primary key."}
PROBLEMS = [
    (named(ordesr={"enabled": True}), "schemas.public.tables.ordesr", "Did you mean 'orders'?"),
    (named(zzz={"enabled": True}), "schemas.public.tables.zzz", "It has orders, system, said"),
    ({"Public": {}}, "schemas.Public", "Did you mean 'public'?"),
    (named(orders={"columns": {"emial": {}}}), "schemas.public.tables.orders.columns.emial",
        "no column 'emial' in public.orders. Did you mean 'email'?"),
    (named(system={"enabled": True}), "schemas.public.tables.system.enabled",
        "it is a system table. The table is disabled"),
    (named(said={"enabled": False}), "schemas.public.tables.said.enabled", "No primary key. The"),
    (named(said={"sync_mode": "HISTORY"}), "schemas.public.tables.said.sync_mode",
        "does not support the sync mode HISTORY"),
    (named(said={"columns": {"a": {}}}), "schemas.public.tables.said.columns", "Leave columns out"),
    (named(plain={"sync_mode": "LIVE"}), "schemas.public.tables.plain.sync_mode",
        "no sync modes to choose from"),
    (named(orders={"columns": {"id": {"enabled": False}}}),
        "schemas.public.tables.orders.columns.id.enabled", "it is a system column"),
]  # fmt: skip


def source() -> SchemaConfig:
    config = live(
        orders=table(columns={"email": column()}),
        system=table(False, enabled_patch_settings=LOCKED),
        said=table(
            enabled_patch_settings=SAID, supports_history_mode=False, supports_columns_config=False
        ),
        plain=table(mode=None),
    )
    key = {**column(), "enabled_patch_settings": {"allowed": False, "reason_code": "SYSTEM_COLUMN"}}
    config.add_columns("public", "orders", {"id": key, "email": column()})
    return config


def test_each_mistake_has_its_place_and_a_reason() -> None:
    def check(case: tuple[Any, str, str]) -> None:
        (found,) = find_problems(case[0], source())
        assert ".".join(found.path) == case[1]
        assert case[2] in found.words

    check_every(PROBLEMS, check)


def test_what_is_locked_may_be_named_as_it_is() -> None:
    as_it_is = named(system={"enabled": False}, said={"enabled": True, "sync_mode": "LIVE"})

    assert list(find_problems(as_it_is, source())) == []


def test_a_column_is_no_mistake_before_all_were_read() -> None:
    config = live(orders=table(columns={"email": column()}))
    wanted = named(orders={"columns": {"phone": {"hashed": True}}})

    assert list(find_problems(wanted, config)) == []
    assert tables_to_read(wanted, config) == [("public", "orders")]


def test_only_tables_with_unset_columns_are_read() -> None:
    config = live(
        orders=table(columns={"email": column()}),
        events=table(supports_columns_config=False),
        other=table(),
    )
    wanted = named(orders=EMAIL, events=EMAIL, other={"enabled": True}, unknown=EMAIL)

    assert tables_to_read(wanted, config) == []


def test_tables_that_are_switched_on_are_told() -> None:
    config = live(off=table(False), on=table(), unnamed=table(False))
    wanted = named(off={"enabled": True}, on={"enabled": True}, unnamed={"sync_mode": "LIVE"})

    assert switched_on(wanted, config) == ["schemas.public.tables.off"]


def test_what_the_api_did_not_take_is_told_with_both_values() -> None:
    wanted = named(orders={"enabled": False, "sync_mode": "LIVE", "columns": {"new": {}}})

    found = not_taken(wanted, live(orders=table(mode="LIVE")))

    assert found == ["schemas.public.tables.orders.enabled: sent false, returned true"]


MALFORMED = [
    {},
    {"schema_change_handling": None, "schemas": {}},
    {"schema_change_handling": "ALLOW_ALL"},
    {"schema_change_handling": "ALLOW_ALL", "schemas": []},
    {"schema_change_handling": "ALLOW_ALL", "schemas": {"a": None}},
    {"schema_change_handling": "ALLOW_ALL", "schemas": {"a": {"tables": {}}}},
    {"schema_change_handling": "ALLOW_ALL", "schemas": {"a": {"enabled": "true"}}},
    {"schema_change_handling": "ALLOW_ALL", "schemas": {"a": {"enabled": True, "tables": []}}},
]


def test_an_answer_that_is_none_is_refused() -> None:
    def check(data: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="under data"):
            SchemaConfig.of(data)

    check_every(MALFORMED, check)


def test_nothing_inside_may_come_in_any_form() -> None:
    schemas = {"a": {"enabled": True}, "b": {"enabled": True, "tables": None}}
    config = SchemaConfig.of({"schema_change_handling": "ALLOW_ALL", "schemas": schemas})

    assert config.inside(("a",)) == config.inside(("b",)) == {}
