"""A generated account of many connections and services, as an account looks after years of use.

The same numbers make the same account. It is written straight into the store of a sandbox, because
it holds what no request of today would create: settings that the catalogue of services does not
know, empty values in all their forms, connections that are incomplete or broken. Secrets are
masked; no digest of them is stored.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox.common.errors import SandboxError
from constructs_lib.sandbox.common.store import moment_to_text
from constructs_lib.sandbox.fivetran.records import Connection, Group
from constructs_lib.sandbox.fivetran.store import SEEDED_GROUPS, Store
from constructs_lib.schemas import MASK, Field, FieldKind, Service

MAX_CONNECTIONS = 100_000
"""The most connections that are made at once."""
UNKNOWN_FIELD = "setting_of_next_year"
"""A setting that some connections have and the catalogue of services does not."""
_OFTEN = ("postgres", "google_sheets", "s3", "connector_sdk", "github", "mixpanel", "db2luw")
"""Services of every form of destination schema, and with secrets in lists: these come first."""
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_TEXTS = ("EXAMPLE", "eu-central-1", "true", "no", "10", "${path}", "a: b # c", "Zoë's\n2nd line")
_FREQUENCIES = (5, 15, 60, 360, 360, 360, 1440)
_STATES = ("connected",) * 8 + ("incomplete", "broken")


def generate(
    store: Store,
    *,
    connections: int,
    services: int,
    groups: Sequence[str] = SEEDED_GROUPS,
    seed: int = 1,
) -> list[str]:
    """Add connections to a sandbox; return their identifiers.

    :param store: the memory of the sandbox
    :param connections: how many
    :param services: of how many services; each gets one connection, as far as they suffice
    :param groups: the groups (destinations) over which they are spread
    :param seed: another number makes another account
    :raises SandboxError: if a number is out of range, or the account is there already
    """
    known = _services()
    if not 1 <= services <= len(known) or not 0 <= connections <= MAX_CONNECTIONS or not groups:
        raise SandboxError(
            f"services must be 1 to {len(known)}, connections 0 to {MAX_CONNECTIONS}, "
            "and a group is needed"
        )
    chosen, now = _chosen(known, services, seed), store.clock()
    made = [
        _Maker(seed, number, now).connection(
            chosen[number % services], groups[number % len(groups)]
        )
        for number in range(connections)
    ]
    with store.transaction() as tables:
        for group in groups:
            tables.add_group(Group(group, group, moment_to_text(now)))
        for record in made:
            # Without this check, the second account of a seed would be refused in silence.
            if tables.connection(record.id) is not None or not tables.insert(record):
                raise SandboxError(
                    f"there is a connection {record.schema} already: reset the sandbox first"
                )
    return [record.id for record in made]


def _services() -> list[str]:
    every = (schemas.service(name) for name in schemas.services())
    return [each.name for each in every if each is not None and each.destination_schema]


def _chosen(known: list[str], number: int, seed: int) -> list[str]:
    first = [name for name in _OFTEN if name in known]
    others = [name for name in known if name not in first]
    random.Random(seed).shuffle(others)  # noqa: S311 - nothing here is a secret.
    return [*first, *others][:number]


class _Maker:
    """Makes one connection; its number decides everything."""

    def __init__(self, seed: int, number: int, now: datetime) -> None:
        self._dice = random.Random(f"{seed}/{number}")  # noqa: S311 - as above.
        self._number = number
        self._now = now

    def connection(self, name: str, group: str) -> Connection:
        """Make a connection of a service in a group."""
        service = schemas.service(name)
        assert service is not None  # noqa: S101 - the name comes from the catalogue.
        age = timedelta(days=self._dice.randrange(1, 2000))
        destination = dict.fromkeys(service.destination_schema, f"{name}_{self._number}")
        if "table" in destination:
            destination["table"] = "sheet"
        schema = schemas.destination_schema_name(name, destination) or ""
        record = Connection(
            f"{self._dice.getrandbits(64):016x}",
            group,
            name,
            schema,
            moment_to_text(self._now - age),
            destination,
            self._attributes(),
            self._config(service),
        )
        record.setup_state = self._dice.choice(_STATES)
        record.connected_before = record.setup_state != "incomplete"
        record.is_historical_sync = record.setup_state == "incomplete"
        return record

    def _attributes(self) -> dict[str, Any]:
        frequency = self._dice.choice(_FREQUENCIES)
        found: dict[str, Any] = {"sync_frequency": frequency}
        if frequency == 1440:
            found["daily_sync_time"] = f"{self._dice.randrange(24):02d}:00"
        if self._rarely():
            found["paused"] = True
        if self._rarely():
            found |= {"data_delay_sensitivity": "CUSTOM", "data_delay_threshold": 90}
        if self._rarely():
            found["schedule_type"] = "manual"
        if self._rarely():
            found |= {"networking_method": "PrivateLink", "private_link_id": "link_of_the_sandbox"}
        if self._rarely():
            found["destination_schema_names"] = "SOURCE_NAMING"
        return found

    def _config(self, service: Service) -> dict[str, Any]:
        config = self._object(service.config)
        if self._rarely():
            config[UNKNOWN_FIELD] = self._dice.choice(_TEXTS)
        return config

    def _object(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        """Fill some of the fields: the API leaves most of them out, and answers others as empty."""
        found = {}
        for name, field in fields.items():
            draw = self._dice.random()
            if draw < 0.5:
                found[name] = self._value(field)
            elif draw < 0.7:
                found[name] = self._dice.choice(_NOTHING)
        return found

    def _value(self, field: Field) -> Any:
        if field.secret:
            return MASK
        if field.item is not None:
            return [self._value(field.item) for _ in range(self._dice.randrange(1, 4))]
        if field.fields:
            return self._object(field.fields)
        if field.allowed:
            return self._dice.choice(field.allowed)
        return self._scalar(field.kind)

    def _scalar(self, kind: FieldKind) -> Any:
        if kind is FieldKind.BOOLEAN:
            return self._dice.choice((True, False, "true"))
        if kind in (FieldKind.INTEGER, FieldKind.NUMBER):
            return self._dice.choice((0, 5432, 2**53 + 1, "22"))
        if kind is FieldKind.OBJECT:
            return {"key": self._dice.choice(_TEXTS)}
        return [self._dice.choice(_TEXTS)] if kind is FieldKind.LIST else self._dice.choice(_TEXTS)

    def _rarely(self) -> bool:
        return self._dice.random() < 0.1
