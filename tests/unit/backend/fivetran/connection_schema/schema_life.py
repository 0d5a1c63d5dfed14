"""One schema configuration by Terraform's rules, against the sandbox in memory."""

from __future__ import annotations

from typing import Any

import pytest
from api_world import World
from fake_time import FakeTime
from terraform_core import Core, ProviderRefused
from terraform_values import literal

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
