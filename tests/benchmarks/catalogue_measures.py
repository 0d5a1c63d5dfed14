"""What the catalogue of services costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from processes import WITHOUT_RULES, provider, python
from side_by_side import Measure, timed

from constructs_lib import schemas
from constructs_lib.schemas import FieldKind
from constructs_lib.schemas.catalogue.service_facts import forget
from constructs_lib.schemas.rules import PYTHON, catalogue_rules
from constructs_lib.validation import ConstructPlace, check_connection, schema_check
from constructs_lib.validation import checks as rules
from constructs_lib.validation.schema_check import parameter_validator

_FIVE = ("postgres", "google_ads", "s3", "github", "connector_sdk")
_CONNECTIONS = 200
PLACE = ConstructPlace("stack/connection")
"""Where the connections that are measured stand."""
_USED_AT_START = """
from constructs_lib import schemas
from constructs_lib.schemas.rules import HCL, catalogue_rules
catalogue_rules(HCL, lambda value: False)
schemas.service("postgres")
"""


def measures() -> Iterator[Measure]:
    """The measures, in the order of the report."""
    package = "import constructs_lib"
    forbidden = "import sys; sys.modules['constructs_lib.schemas'] = None; "
    yield Measure(
        "`import constructs_lib`",
        "the catalogue forbidden",
        "as it is: it is not loaded",
        python(forbidden + package),
        python(package),
    )
    checks = "import constructs_lib.validation"
    yield Measure(
        "Import of the checks before synth",
        "without the rules of the catalogue",
        "with them",
        python(WITHOUT_RULES + checks),
        python(checks),
    )
    yield Measure(
        "One connection checked",
        "JSON Schema and other rules",
        "with the catalogue",
        timed(lambda: _check_without(_CONFIGURED)),
        timed(lambda: _check(_CONFIGURED)),
        per=_CONNECTIONS,
    )
    yield Measure(
        "Facts read from the file",
        "five services",
        "all 773",
        timed(lambda: _load(_FIVE)),
        timed(lambda: _load(schemas.services())),
    )
    yield Measure(
        "Provider, start to handshake",
        "as it is, the catalogue at first use",
        "if it read the catalogue at start",
        provider(),
        provider(_USED_AT_START),
    )


def configured(number: int) -> dict[str, Any]:
    """A connection with a value for each field that holds a single one and is no secret."""
    service = schemas.service(_FIVE[number % len(_FIVE)])
    if service is None:
        raise RuntimeError("the catalogue lacks a service that is measured")
    config = {
        name: field.allowed[0] if field.allowed else _VALUES[field.kind]
        for name, field in service.config.items()
        if field.kind in _VALUES and not field.secret and not field.read_only
    }
    config |= dict.fromkeys(service.destination_schema, f"schema_{number}")
    return {"group_id": "group", "service": service.name, "config": config, "paused": True}


_VALUES: dict[FieldKind, Any] = {
    FieldKind.STRING: "text",
    FieldKind.INTEGER: 1,
    FieldKind.NUMBER: 1,
    FieldKind.BOOLEAN: True,
}
_CONFIGURED = [configured(number) for number in range(_CONNECTIONS)]
_OTHER_RULES = rules.CONNECTION_RULES[: -len(catalogue_rules(PYTHON, lambda _: False))]


def _check(connections: Iterable[dict[str, Any]]) -> None:
    for values in connections:
        if check_connection(values, place=PLACE):
            raise RuntimeError("a connection that is measured must have no findings")


def _check_without(connections: Iterable[dict[str, Any]]) -> None:
    validator = parameter_validator("fivetranops_connection")
    for values in connections:
        schema_check.check_schema(validator, values, place=PLACE)
        rules.apply_rules(_OTHER_RULES, values, place=PLACE)


def _load(names: Iterable[str]) -> None:
    every = list(names)
    forget()
    for name in every:
        schemas.service(name)
