"""One schema configuration by Terraform's rules, from its first plan to its end: also while others
change it, answers are lost, or nothing is connected yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_world import World
from fake_time import FakeTime
from terraform_core import Core, ProviderRefused
from terraform_values import UNKNOWN, literal

from constructs_lib.sandbox import Fault

Named = dict[str, Any]
ONE = "/v1/connections/{id}/schemas"


class Life:
    """One schema configuration, from its creation to its end."""

    def __init__(self, world: World, clock: FakeTime) -> None:
        self.clock = clock
        self.world, self.core = world, Core(world.provider, "fivetranops_connection_schema")
        config = {"schema_prefix": "shop", "host": "db.example.com"}
        self.connection = world.add("postgres", config)
        self._seen = 0
        self.requests()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What a person does, whose requests are not counted."""
        data = self.world._ask(method, f"{self.connection}/schemas{path}", body)
        self.requests()
        return data

    def read_source(self) -> None:
        self.ask("POST", "/reload", {})

    def config(self, schemas: Any = None, **more: Any) -> dict[str, Any]:
        given = {"connection_id": self.connection, **more}
        return self.core.config({**given, "schemas": literal(schemas)})

    def set(self, schemas: Any = None, **more: Any) -> list[str]:
        """Plans and applies a configuration; returns the warnings of the plan."""
        config = self.config(schemas, **more)
        plan = self.core.plan(config)
        self.core.apply(plan, config)
        return plan.warnings

    def stored(self, name: str) -> Any:
        state = self.core.state()
        assert state is not None
        value = state[name]
        return getattr(value, "value", value)

    def set_up(self, state: str) -> None:
        """Gives the connection a setup state."""
        with self.world.store.transaction() as tables:
            record = tables.connection(self.connection)
            assert record is not None
            record.setup_state = state
            tables.update(record)

    def requests(self) -> list[str]:
        """The requests about the schema since the last look."""
        entries = self.world.store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
        found = [(one.method, one.path.partition("/schemas")) for one in entries]
        return [f"{method} {rest}".strip() for method, (_, is_, rest) in found if is_]

    def bodies(self) -> list[Any]:
        """The bodies of the PATCH requests so far."""
        entries = self.world.store.journal(0)
        return [one.body for one in entries if one.method == "PATCH" and "/schemas" in one.path]


def orders(**settings: Any) -> Named:
    return {"public": {"tables": {"orders": settings}}}


def refused(life: Life, *words: str, schemas: Any = None, **more: Any) -> None:
    """A plan, or the apply of it, is refused in these words, and nothing is sent."""
    before = len(life.bodies())
    with pytest.raises(ProviderRefused) as error:
        life.set(schemas, **more)
    assert [word for word in words if word not in str(error.value)] == [], str(error.value)
    assert len(life.bodies()) == before


@pytest.fixture
def life(monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    clock = FakeTime()
    clock.install(monkeypatch)
    world = World({}, now=clock.now)
    yield Life(world, clock)
    world.close()


def test_a_plan_reads_once_and_an_apply_sends_one_patch(life: Life) -> None:
    life.read_source()
    config = life.config(orders(sync_mode="HISTORY"), schema_change_handling="BLOCK_ALL")

    plan = life.core.plan(config)
    assert life.requests() == ["GET"]
    life.core.apply(plan, config)

    assert life.requests() == ["GET", "PATCH"]
    tables = {"orders": {"enabled": True, "sync_mode": "HISTORY"}}
    sent = {"public": {"enabled": True, "tables": tables}}
    assert life.bodies() == [{"schema_change_handling": "BLOCK_ALL", "schemas": sent}]
    assert life.core.plan(config).differences == set()
    assert life.requests() == ["GET"]


def test_a_source_that_was_never_read_is_read_by_the_apply(life: Life) -> None:
    life.set(orders(enabled=False))

    assert life.requests() == ["GET", "GET", "POST /reload", "PATCH"]
    assert life.stored("schema_change_handling") == "ALLOW_ALL"
    assert life.ask("GET", "")["schemas"]["public"]["tables"]["customers"]["enabled"] is True


def test_never_sends_what_is_named_ahead(life: Life) -> None:
    life.set(orders(enabled=False), reload="never", schema_change_handling="ALLOW_COLUMNS")
    assert life.requests() == ["GET", "GET", "POST"]
    assert life.core.plan(life.config(orders(enabled=False), reload="never")).differences <= {
        "schema_change_handling"
    }

    life.read_source()

    assert life.ask("GET", "")["schemas"]["public"]["tables"]["orders"]["enabled"] is False


def test_more_is_sent_ahead_before_the_source_is_read(life: Life) -> None:
    life.set(orders(enabled=False), reload="never")
    life.set_up("incomplete")
    columns = {"email": {"hashed": True}}
    named = {
        "public": {"tables": {"orders": {}, "customers": {"enabled": False, "columns": columns}}}
    }

    life.set(named, reload="never")
    life.set_up("connected")
    life.read_source()

    tables = life.ask("GET", "")["schemas"]["public"]["tables"]
    assert (tables["orders"]["enabled"], tables["customers"]["enabled"]) == (False, False)
    assert tables["customers"]["columns"]["email"]["hashed"] is True


def test_always_reads_the_source_before_each_change(life: Life) -> None:
    life.read_source()
    new = {"public": {"orders": {"columns": {}}, "new": {"columns": {}}}}
    life.world.store.set_source(life.connection, new)
    named = {"public": {"tables": {"new": {"enabled": False}}}}

    refused(life, "no table 'new'", "set reload to always", schemas=named)
    life.requests()
    life.set(named, reload="always")

    assert life.requests() == ["GET", "GET", "POST /reload", "PATCH"]


def test_columns_are_read_only_for_tables_that_name_unset_ones(life: Life) -> None:
    life.read_source()
    columns = {"email": {"hashed": True}, "total": {"enabled": True}}
    named = {"public": {"tables": {"orders": {"columns": columns}, "customers": {}}}}

    life.set(named)

    read = "GET /public/tables/orders/columns"
    assert life.requests() == ["GET", read, "GET", read, "PATCH"]
    (body,) = life.bodies()
    sent = body["schemas"]["public"]["tables"]["orders"]["columns"]
    assert sent == {"email": {"enabled": True, "hashed": True}, "total": {"enabled": True}}
    assert life.core.plan(life.config(named)).differences == set()
    assert life.requests() == ["GET"]


def test_drift_of_what_is_named_is_taken_back(life: Life) -> None:
    life.read_source()
    life.set(orders(enabled=False))
    person = {"orders": {"enabled": True}, "customers": {"enabled": False}}
    life.ask("PATCH", "", {"schemas": {"public": {"enabled": True, "tables": person}}})

    plan = life.core.plan(life.config(orders(enabled=False)))

    assert plan.differences == {"schemas"}
    assert plan.prior is not None
    assert plan.prior["schemas"].value == orders(enabled=True)
    life.core.apply(plan, life.config(orders(enabled=False)))
    assert life.bodies()[-1]["schemas"]["public"]["tables"] == {"orders": {"enabled": False}}


def test_what_the_source_adds_is_no_drift(life: Life) -> None:
    life.read_source()
    life.set(orders(enabled=False))
    source = {"public": {"orders": {}, "added": {}}, "added": {"a": {}}}
    life.world.store.set_source(life.connection, source)
    life.read_source()

    assert life.core.plan(life.config(orders(enabled=False))).differences == set()


def test_a_table_that_left_the_source_is_an_error_with_its_place(life: Life) -> None:
    life.read_source()
    life.set(orders(enabled=False))
    life.world.store.set_source(life.connection, {"public": {"customers": {}}})
    life.read_source()

    refused(
        life, "schemas.public.tables.orders", "no table 'orders'", schemas=orders(enabled=False)
    )


def test_each_mistake_is_told_in_one_plan(life: Life) -> None:
    life.read_source()
    tables = {"ordesr": {}, "migrations": {"enabled": True}, "events": {"sync_mode": "HISTORY"}}

    with pytest.raises(ProviderRefused) as error:
        life.core.plan(life.config({"public": {"tables": tables}}))

    for words in (
        "Did you mean 'orders'?",
        "it is a system table",
        "support the sync mode HISTORY",
    ):
        assert words in str(error.value)
    assert life.bodies() == []


def test_a_connection_known_only_at_apply_is_checked_there(life: Life) -> None:
    life.read_source()
    first = {**life.config({"public": {"tables": {"ordesr": {}}}}), "connection_id": UNKNOWN}
    plan = life.core.plan(first)
    assert life.requests() == []

    with pytest.raises(ProviderRefused, match="Did you mean 'orders'"):
        life.core.apply(plan, life.config({"public": {"tables": {"ordesr": {}}}}))

    assert life.core.state() is None


def test_a_value_known_only_at_apply_is_sent_and_stored(life: Life) -> None:
    life.read_source()
    plan = life.core.plan(life.config(orders(enabled=UNKNOWN)))

    life.core.apply(plan, life.config(orders(enabled=False)))

    assert life.stored("schemas") == orders(enabled=False)
    assert len(life.bodies()) == 1


def test_switching_a_table_on_warns_of_its_history(life: Life) -> None:
    life.read_source()
    life.set(orders(enabled=False))

    warnings = life.set(orders(enabled=True))

    assert warnings == ["Tables are enabled, and load their history again"]


def test_names_that_are_taken_out_stay_as_they_are(life: Life) -> None:
    life.read_source()
    life.set(orders(enabled=False), schema_change_handling="BLOCK_ALL", is_type_locked=True)
    sent = len(life.bodies())

    warnings = life.set(None)

    assert warnings == ["A change that sends nothing"]
    assert len(life.bodies()) == sent
    assert life.stored("schemas") is None
    assert life.stored("schema_change_handling") == "BLOCK_ALL"


def test_the_lock_of_types_is_sent_when_it_changes(life: Life) -> None:
    life.read_source()
    life.set(is_type_locked=True)
    life.set(orders(enabled=False), is_type_locked=True)
    life.set(orders(enabled=False), is_type_locked=False)

    assert life.bodies()[0] == {"is_type_locked": True}
    assert life.bodies()[1].keys() == {"schemas"}
    assert life.bodies()[2] == {"is_type_locked": False}


def test_an_import_names_what_differs_and_settles(life: Life) -> None:
    life.read_source()
    person = {"orders": {"enabled": False}, "customers": {"enabled": True, "sync_mode": "HISTORY"}}
    life.ask("PATCH", "", {"schemas": {"public": {"enabled": True, "tables": person}}})

    life.core.import_(life.connection)

    tables = {"orders": {"enabled": False}, "customers": {"sync_mode": "HISTORY"}}
    assert life.stored("schemas") == {"public": {"tables": tables}}
    config = life.config({"public": {"tables": tables}}, schema_change_handling="ALLOW_ALL")
    assert life.core.plan(config).differences == set()


def test_an_import_of_a_source_that_was_never_read_is_empty(life: Life) -> None:
    life.core.import_(life.connection)

    assert life.stored("schemas") is None
    assert life.stored("reload") == "if_missing"


def test_names_that_are_not_composed_are_sent_as_they_are(life: Life) -> None:
    table, column = "cafe\u0301", "n\u0303"
    facts = {table: {"columns": {column: {}}}, "\u00e9": {}, "e\u0301": {}}
    life.world.store.set_source(life.connection, {"public": facts})
    life.read_source()
    named = {"caf\u00e9": {"columns": {"\u00f1": {"hashed": True}}}, "\u00e9": {"enabled": False}}

    life.set({"public": {"tables": named}})

    (body,) = life.bodies()
    sent = body["schemas"]["public"]["tables"]
    assert sent[table]["columns"] == {column: {"enabled": True, "hashed": True}}
    assert sent["\u00e9"] == {"enabled": False}
    assert life.core.plan(life.config({"public": {"tables": named}})).differences == set()


def test_destroying_sends_nothing(life: Life) -> None:
    life.read_source()
    life.set(orders(enabled=False))
    life.requests()

    life.core.destroy()

    assert life.requests() == ["GET"]


def test_columns_that_cannot_be_read_now_stay_in_state(life: Life) -> None:
    life.read_source()
    named = orders(columns={"email": {"enabled": True}})
    life.set(named)
    for columns in ({}, {"email": {}}):  # From here on nobody has set the column.
        life.world.store.set_source(life.connection, {"public": {"orders": {"columns": columns}}})
        life.read_source()
    life.world.fail(Fault("refused", "GET", f"{ONE}/public/tables/orders/columns", code=409))

    assert life.core.plan(life.config(named)).differences == set()
    assert life.requests() == ["GET", "GET /public/tables/orders/columns"]


def test_a_conflict_repeats_all_from_the_read_on(life: Life) -> None:
    life.read_source()
    config = life.config(orders(enabled=False))
    plan = life.core.plan(config)
    life.world.fail(Fault("refused", "PATCH", ONE, code=409, times=2))
    life.requests()

    life.core.apply(plan, config)

    assert life.requests() == ["GET", "PATCH", "GET", "PATCH", "GET", "PATCH"]


def test_a_conflict_without_end_is_an_error_within_the_limit(life: Life) -> None:
    life.read_source()
    life.world.fail(Fault("refused", "PATCH", ONE, code=409, times=10**6))

    with pytest.raises(ProviderRefused, match="to be free took longer than the limit of 60 s"):
        life.set(orders(enabled=False), timeouts={"create": "60s", "update": None})


@pytest.mark.parametrize("kind", ["reset_after", "500_after", "invalid_json"])
def test_a_lost_answer_is_resolved_by_a_read(life: Life, kind: str) -> None:
    life.read_source()
    life.world.fail(Fault(kind, "PATCH", ONE))

    life.set(orders(enabled=False))

    assert life.requests()[-2:] == ["PATCH", "GET"]
    assert life.stored("schemas") == orders(enabled=False)


def test_a_source_is_read_once_though_the_answer_is_lost(life: Life) -> None:
    life.world.fail(Fault("reset_after", "POST", f"{ONE}/reload"))

    life.set(orders(enabled=False))

    assert life.requests()[-3:] == ["POST /reload", "GET", "PATCH"]


def test_a_lost_lock_of_types_is_sent_again(life: Life) -> None:
    life.read_source()
    life.world.fail(Fault("reset_after", "PATCH", ONE))

    life.set(is_type_locked=True)

    assert life.requests()[-3:] == ["PATCH", "GET", "PATCH"]


def test_a_connection_that_is_not_connected_is_told(life: Life) -> None:
    life.set_up("incomplete")

    limits = {"create": "2m", "update": None}
    refused(
        life, "is not connected", "setup_state is incomplete", schemas=orders(), timeouts=limits
    )


def test_a_connection_that_becomes_connected_is_waited_for(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.set_up("incomplete")
    sleep = life.clock.sleep

    def connect(seconds: float) -> None:
        sleep(seconds)
        life.set_up("connected")

    monkeypatch.setattr(life.clock, "sleep", connect)

    life.set(orders(enabled=False))

    assert life.requests()[-2:] == ["POST /reload", "PATCH"]
