"""Every attribute that the API answers, under every distortion: no endless difference.

The attributes come from the JSON Schema, and the distortions from the sandbox's table, so that
neither a new attribute nor a new distortion is left out. All attributes of a connection are
distorted at once; the differences of a plan name the one that fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pytest
from api_world import GROUP, World
from attribute_changes import CHANGES, CONNECTION
from terraform_core import Core, Planned
from terraform_values import exact, literal

from constructs_lib import schemas
from constructs_lib.backend.fivetran import connection
from constructs_lib.sandbox import DISTORTIONS
from constructs_lib.schemas import Kind

NEVER_ANSWERED = {
    "config_wo", "auth", "auth_wo", "connect_card_config", "is_historical_sync", "run_setup_tests",
    "trust_certificates", "trust_fingerprints", "require_setup_tests", "pause_to_update",
    "unchecked", "timeouts", "secrets_applied",
}  # fmt: skip
"""Attributes of a connection of which no answer speaks."""
OF_STATUS = {"setup_state", "sync_state", "update_state", "rescheduled_for", "schema_status"}
IDENTITY = {"id"}
"""Distorted, it names another connection, which is an error."""
ASKED_FOR = {"group_id", "service"}
"""Distorted in the answer to a creation, they say that something else was made: an error."""
CONFIG: dict[str, Any] = {
    "host": " DB.Example.com ", "port": 5432, "tls": True, "digits": "12", "words": "False",
    "note": "", "ratio": 2**53 + 1, "tables": ["b", "a"], "since": "2026-01-31T12:00:00.123456Z",
    "options": {"mode": "Full", "days": 7}, "reports": [{"name": "One", "days": 7}],
}  # fmt: skip
OTHER_CONFIG = {
    **CONFIG, "host": "Other.Example.com", "port": 5433, "tls": False, "digits": "13",
    "ratio": 2**53 + 3, "tables": ["c", "a"], "options": {"mode": "None", "days": 8},
    "reports": [{"name": "Two", "days": 7}],
}  # fmt: skip
METHODS = {
    "PrivateLink": {"networking_method": "PrivateLink", "private_link_id": ("Link_A", "Link_B")},
    "ProxyAgent": {"networking_method": "ProxyAgent", "proxy_agent_id": ("Agent_A", "Agent_B")},
}
"""What cannot stand together."""
FIXED = {"sync_frequency": 1440, "data_delay_sensitivity": "CUSTOM"}
"""What others need, and what is therefore not changed here."""
CHANGES_MEANING = {"add", "add_key", "add_item", "drop_item", "default_for_null"}
"""Distortions that a reader cannot tell from somebody's change when they come after the write."""


def answered() -> set[str]:
    """The attributes of which answers speak, the identity left out."""
    return set(schemas.load(CONNECTION).attributes) - NEVER_ANSWERED - IDENTITY


def places() -> list[str]:
    """Where answers have them."""
    names = answered() - {"config"}
    inside = [f"config.{key}" for key in CONFIG]
    return [*(f"status.{n}" if n in OF_STATUS else n for n in sorted(names)), *inside]


class Bench:
    """A connection with every attribute that can be set."""

    def __init__(self, method: str) -> None:
        self.world, self.method = World({}), METHODS[method]
        self.core = Core(self.world.provider, CONNECTION)

    def config(self, which: int) -> dict[str, Any]:
        """All attributes, each with its first or its second value."""
        values = {name: self._value(name, which) for name in sorted(answered())}
        values |= {"group_id": GROUP, "service": "postgres"}
        config = (CONFIG, OTHER_CONFIG)[which]
        values["config"] = literal({"schema_prefix": "orders", **config})
        given: dict[str, Any] = self.core.config(
            {name: value for name, value in values.items() if value is not None}
        )
        return given

    def _value(self, name: str, which: int) -> Any:
        attribute = schemas.load(CONNECTION).attributes[name]
        if attribute.read_only or attribute.kind is Kind.DYNAMIC:
            return None
        if name in FIXED:
            return exact(FIXED[name])
        if name in ("networking_method", "private_link_id", "proxy_agent_id"):
            value = self.method.get(name)
            return value if isinstance(value, str) or value is None else value[which]
        change = next(c for p, c in CHANGES[CONNECTION].items() if p.partition(".")[0] == name)
        return exact((change.before, change.after)[0 if attribute.forces_replacement else which])

    def distort(self, name: str, but: Collection[str] = ()) -> None:
        paths = [path for path in places() if name and path not in but]
        self.world.store.configure(distortions=dict.fromkeys(paths, name))

    def apply(self, which: int, plan: Planned | None = None) -> list[Any]:
        """The bodies of the write requests of an apply."""
        given = self.config(which)
        plan = plan or self.core.plan(given)
        self.world.writes()
        self.core.apply(plan, given)
        return self.world.writes()

    def differences(self, which: int) -> dict[str, Any]:
        """What a plan after a refresh shows, with both values."""
        plan = self.core.plan(self.config(which))
        return {n: ((plan.prior or {}).get(n), plan.planned[n]) for n in plan.differences}


@pytest.fixture(params=METHODS)
def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    # The settings are of all types, which no service has.
    monkeypatch.setattr(connection, "check_settings", lambda *given: None)
    bench = Bench(request.param)
    yield bench
    bench.world.close()


def changed(bench: Bench) -> set[str]:
    before, after = bench.config(0), bench.config(1)
    return {name for name in before if before[name] != after[name]}


def test_every_attribute_is_distorted_or_never_answered() -> None:
    attributes = schemas.load(CONNECTION).attributes
    settable = {name for name in answered() if not attributes[name].read_only}

    assert NEVER_ANSWERED | answered() | IDENTITY == set(attributes)
    assert settable == {
        *Bench("PrivateLink").config(0).keys() & settable,
        *Bench("ProxyAgent").config(0).keys() & settable,
    }


@pytest.mark.parametrize("name", DISTORTIONS)
def test_distorted_answers_settle(bench: Bench, name: str) -> None:
    # Given an API that answers every attribute otherwise than it was sent
    bench.distort(name, ASKED_FOR)
    bench.apply(0)
    assert bench.differences(0) == {}

    # When every attribute is changed
    sent = bench.apply(1)

    # Then one request carries all of them, and nothing is left to do
    assert len(sent) == 1
    assert changed(bench) - {"config"} <= sent[0].keys()
    assert bench.differences(1) == {}


@pytest.mark.parametrize("name", [name for name in DISTORTIONS if name not in CHANGES_MEANING])
def test_form_that_only_a_read_shows_settles(bench: Bench, name: str) -> None:
    # Given answers to writes that echo what was sent, and reads that show another form
    bench.apply(0)
    bench.distort(name)
    assert bench.differences(0) == {}

    # When every attribute is changed
    plan = bench.core.plan(bench.config(1))
    bench.distort("")
    sent = bench.apply(1, plan)
    bench.distort(name)

    assert len(sent) == 1
    assert bench.differences(1) == {}


@pytest.mark.parametrize("name", sorted(CHANGES_MEANING))
def test_value_that_only_a_read_shows_is_sent_once_more(bench: Bench, name: str) -> None:
    # Given a value that looks like somebody's change
    bench.apply(0)
    bench.distort(name)
    plan = bench.core.plan(bench.config(0))

    # When it was sent again, and is read as before
    bench.distort("")
    sent = bench.apply(0, plan)
    bench.distort(name)

    assert len(sent) == bool(plan.differences)
    assert bench.differences(0) == {}
