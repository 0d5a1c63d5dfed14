"""Settings are checked once: those of files where they are read, those in code by the construct."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from constructs_lib.toolkit import App
from constructs_lib.validation import ConstructPlace, FilePlace, checks, schema_check
from stacks.settings import load_environments
from stacks.settings.model import (
    Backend,
    ConnectionActionSettings,
    ConnectionSettings,
    ConnectorStatusSettings,
    Environment,
    ManagedState,
)
from stacks.stack import EnvironmentStack

FILE = """\
    provider: {api_url: sandbox}
    elastic: {endpoints: [sandbox]}
    connections:
      orders:
        service: aws_lambda
        group_id: g
        config: {schema: o}
        managed_state: {state: {page: 1}}
    connection_tests: {check: {connection: orders}}
    connection_syncs: {load: {connection: orders}}
    connection_schemas: {chosen: {connection: orders, schemas: {public: {enabled: true}}}}
    connect_cards: {card: {connection: orders, redirect_uri: 'https://example.com'}}
    connector_statuses: {wiki: {connector_id: w, status: configured}}
    """
HERE = FilePlace("code", 0, 0)
IN_CODE = Environment(
    name="dev",
    provider={"api_url": "sandbox"},
    backend=Backend("local"),
    connections=(
        ConnectionSettings(
            "orders",
            {"service": "aws_lambda", "group_id": "g", "config": {"schema": "o"}},
            ManagedState({"state": {"page": 1}}, HERE),
            protect=False,
            place=HERE,
        ),
    ),
    variables=(),
    elastic={"endpoints": ["sandbox"]},
    connector_statuses=(
        ConnectorStatusSettings("wiki", {"connector_id": "w", "status": "configured"}),
    ),
    sections={
        "connection_tests": (ConnectionActionSettings("check", "orders", {}),),
        "connection_syncs": (ConnectionActionSettings("load", "orders", {}),),
        "connection_schemas": (
            ConnectionActionSettings(
                "chosen", "orders", {"schemas": {"public": {"enabled": True}}}
            ),
        ),
        "connect_cards": (
            ConnectionActionSettings("card", "orders", {"redirect_uri": "https://example.com"}),
        ),
    },
)
"""The settings of the file, which nobody has checked."""
CONSTRUCTS = {
    "Fivetran",
    "Elastic",
    "orders",
    "Default/orders",
    "Default/Default/wiki",
    "Default/Default/Default/Default/Default/check",
    "Default/Default/Default/Default/Default/Default/chosen",
    "Default/Default/Default/Default/Default/Default/Default/load",
    "Default/Default/Default/Default/Default/Default/Default/Default/card",
}


class Checks:
    """The places at which the schema and the rules were checked."""

    def __init__(self) -> None:
        self.by_schema: list[Any] = []
        self.by_rules: list[Any] = []

    def noted(self, places: list[Any], check: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*arguments: Any, place: Any, **options: Any) -> Any:
            places.append(place)
            return check(*arguments, place=place, **options)

        return noting


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Checks:
    found = Checks()
    check_schema = found.noted(found.by_schema, schema_check.check_schema)
    monkeypatch.setattr(schema_check, "check_schema", check_schema)
    monkeypatch.setattr(checks, "apply_rules", found.noted(found.by_rules, checks.apply_rules))
    return found


def from_file(folder: Path) -> Environment:
    (folder / "base.yaml").write_text(dedent(FILE))
    (folder / "dev.yaml").write_text("")
    (settings,) = load_environments(folder)
    return settings


def synthesised(settings: Environment) -> dict[str, Any]:
    app = App(outdir=str(Path("cdktf.out").absolute()))
    EnvironmentStack(app, "dev", settings=settings)
    app.synth()
    document: dict[str, Any] = json.loads(Path("cdktf.out/stacks/dev/cdk.tf.json").read_text())
    return document["resource"]


def test_what_is_read_from_files_is_checked_there_alone(folder: Path, counted: Checks) -> None:
    settings = from_file(folder)
    once = len(counted.by_schema), len(counted.by_rules)

    synthesised(settings)

    assert (len(counted.by_schema), len(counted.by_rules)) == once
    assert {type(place) for place in counted.by_schema + counted.by_rules} == {FilePlace}


def test_the_schema_of_a_file_is_checked_once(folder: Path, counted: Checks) -> None:
    from_file(folder)

    assert len(counted.by_schema) == 1


def test_what_is_written_in_code_is_checked_once(folder: Path, counted: Checks) -> None:
    synthesised(IN_CODE)

    found = Counter(place.path.removeprefix("dev/") for place in counted.by_schema)
    assert found == dict.fromkeys(CONSTRUCTS, 1)
    assert {type(place) for place in counted.by_schema} == {ConstructPlace}
    assert max(Counter(counted.by_rules).values()) == 1


def test_both_ways_make_the_same_resources(folder: Path) -> None:
    resources = synthesised(from_file(folder))

    assert resources == synthesised(IN_CODE)
    assert len(resources) == 7
