"""Creations that an interrupted run has sent: what is looked for, kept and reported."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.journal.creations import CreationEntry, Name
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.recovery import recover_creations
from constructs_lib.backend.plugin.diagnostics import Diagnostics

NAMES = [Name("account", "g", "postgres", schema) for schema in ("orders", "sales")]
SINCE, UNTIL = "2026-06-01T00:00:00Z", "2026-06-01T01:00:00Z"
BROKEN = errors.error_of_response("GET /v1/connections", 500, "", "broken", None)


class Client:
    """An account in memory, which notes what is looked for."""

    account = "account"

    def __init__(self, *there: dict[str, Any]) -> None:
        self.there, self.asked = there, []
        self.time = datetime(2026, 6, 1, 0, 30, tzinfo=timezone.utc)
        self.failures: dict[str, errors.VendorError] = {}

    def server_time(self) -> datetime:
        return self.time

    def connections_of(self, group: str, schema: str, deadline: Any) -> list[dict[str, Any]]:
        self.asked.append(f"{group}/{schema}")
        if schema in self.failures:
            raise self.failures[schema]
        return [one for one in self.there if one["schema"] == schema]

    def connection(self, identifier: str, deadline: Any) -> dict[str, Any]:
        self.asked.append(identifier)
        return next(one for one in self.there if one["id"] == identifier)


def made(schema: str) -> dict[str, Any]:
    return {
        "id": f"id_{schema}",
        "group_id": "g",
        "service": "postgres",
        "schema": schema,
        "created_at": "2026-06-01T00:00:10Z",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def interrupted(folder: Path, **more: dict[str, Any]) -> list[CreationEntry]:
    """What a run has left that sent two creations; ``more`` changes entries by their schemas."""
    earlier = Journal(folder).creations
    entries = []
    for name in NAMES:
        entry = earlier.entry(name, SINCE, UNTIL, is_api_time=True)
        entries.append(entry._replace(**more.get(name.schema, {})))
        earlier.write(entries[-1])
    earlier.close()
    return entries


def reported(client: Client, journal: Journal) -> list[tuple[str, str]]:
    diagnostics = Diagnostics()
    recover_creations(client, journal, diagnostics)  # type: ignore[arg-type]
    assert not diagnostics.has_errors
    return [(one.summary, one.detail) for one in diagnostics]


@pytest.mark.parametrize("known", [{"connection": "x"}, {"is_lost": True}])
@pytest.mark.parametrize(("schema", "other"), [("orders", "sales"), ("sales", "orders")])
def test_creation_that_is_known_hides_no_other_one(
    folder: Path, schema: str, other: str, known: dict[str, Any]
) -> None:
    # Given two creations of a run that died, of which Terraform knows one
    interrupted(folder, **{schema: known})
    client = Client()

    # When the provider is configured
    assert reported(client, Journal(folder)) == []

    # Then the other one is looked for, whichever comes first
    assert client.asked == [f"g/{other}"]


def test_creation_that_is_there_is_reported_and_noted(folder: Path) -> None:
    orders, sales = interrupted(folder)
    client, journal = Client(made("sales")), Journal(folder)

    words = reported(client, journal)

    assert words == [
        (
            "Connection id_sales (sales) was created by an interrupted run",
            f"The run of {SINCE} ended before the connection was recorded in Terraform's state. "
            "As long as the resource that created it is configured, the next apply adopts it "
            "instead of creating a second one. Otherwise import it (terraform import ADDRESS "
            "id_sales), or delete it in Fivetran.",
        )
    ]
    assert sorted(client.asked) == ["g/orders", "g/sales", "id_sales"]
    assert journal.creations.left(sales.name) == sales._replace(connection="id_sales")
    assert journal.creations.expected(sales.name) == sales._replace(
        connection="id_sales", is_announced=True
    )
    assert journal.creations.left(orders.name) == orders


def test_creation_that_cannot_be_looked_for_is_reported(folder: Path) -> None:
    interrupted(folder)
    client = Client()
    client.failures = dict.fromkeys(("orders", "sales"), BROKEN)

    words = reported(client, Journal(folder))

    assert sorted(words) == [
        (
            f"A connection named {schema} may exist without being in state",
            "An interrupted run created it in group g, and it cannot be looked for now: "
            f"{BROKEN}. {BROKEN.remedy}",
        )
        for schema in ("orders", "sales")
    ]
    assert sorted(client.asked) == ["g/orders", "g/sales"]


@pytest.mark.parametrize(("minute", "is_over"), [(30, False), (0, False), (1, True)])
def test_creation_without_effect_is_kept_until_it_is_over(
    folder: Path, minute: int, is_over: bool
) -> None:
    entries = interrupted(folder)
    client, journal = Client(), Journal(folder)
    client.time = datetime(2026, 6, 1, 0 if minute == 30 else 1, minute, tzinfo=timezone.utc)

    assert reported(client, journal) == []

    left = [journal.creations.left(name) for name in NAMES]
    assert left == ([None, None] if is_over else entries)
    assert sorted(client.asked) == ["g/orders", "g/sales"]
