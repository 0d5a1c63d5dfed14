"""The connect cards in the files of an environment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from constructs_lib.validation import Finding
from stacks.settings.loader import ConnectionActionSettings, Environment

Load = Callable[..., Environment]
Findings = Callable[..., list[Finding]]

CONNECTIONS = """
connections:
  orders: {group_id: g, service: postgres, config: {schema_prefix: orders}}
"""
URI = "redirect_uri: https://example.com"


def cards(inside: str) -> str:
    return f"{CONNECTIONS}connect_cards:\n  setup: {{{inside}}}\n"


def test_a_card_of_a_connection_of_the_file(load: Load) -> None:
    environment = load(cards(f"connection: orders, {URI}, triggers: {{month: may}}"))

    assert environment.connect_cards == (
        ConnectionActionSettings(
            "setup",
            "orders",
            {"redirect_uri": "https://example.com", "triggers": {"month": "may"}},
        ),
    )


def test_a_card_of_a_connection_that_is_managed_elsewhere(load: Load) -> None:
    (card,) = load(cards(f"connection_id: pale_hydrogen, {URI}")).connect_cards

    assert card.connection is None
    assert card.parameters["connection_id"] == "pale_hydrogen"


def test_without_cards_there_are_none(load: Load) -> None:
    assert load("connections: {}").connect_cards == ()


def test_an_environment_takes_a_card_away(load: Load) -> None:
    base = cards(f"connection: orders, {URI}")

    assert load(base, "connect_cards: {setup: null}").connect_cards == ()


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (URI, ("connection-or-id", "/connect_cards/setup")),
        (
            f"connection: orders, connection_id: a, {URI}",
            ("connection-or-id", "/connect_cards/setup"),
        ),
        (
            f"connection: ordres, {URI}",
            ("unknown-connection", "/connect_cards/setup/connection"),
        ),
        ("connection: orders", ("required", "/connect_cards/setup")),
        (
            "connection: orders, redirect_uri: example.com",
            ("pattern", "/connect_cards/setup/redirect_uri"),
        ),
        (
            f"connection: orders, {URI}, triggers: {{month: 5}}",
            ("type", "/connect_cards/setup/triggers/month"),
        ),
        (
            f"connection: orders, {URI}, trigers: {{}}",
            ("unknown-attribute", "/connect_cards/setup/trigers"),
        ),
        (f"connection_id: .., {URI}", ("pattern", "/connect_cards/setup/connection_id")),
        (f"connection: 5, {URI}", ("type", "/connect_cards/setup/connection")),
    ],
)
def test_a_mistake_is_found_at_its_place(
    inside: str, expected: tuple[str, str], findings: Findings
) -> None:
    assert [(each.rule, each.pointer) for each in findings(cards(inside))] == [expected]


def test_a_misspelt_connection_is_suggested(findings: Findings) -> None:
    (finding,) = findings(cards(f"connection: ordres, {URI}"))

    assert finding.hint == "did you mean 'orders'?"


def test_a_card_without_settings_is_asked_after(load: Load) -> None:
    (warning,) = load("connections: {}\nconnect_cards: {setup: null}").warnings

    assert (warning.rule, warning.pointer) == ("removes-nothing", "/connect_cards/setup")
    assert warning.hint == "write its settings, or delete the line"


def test_the_name_of_a_card_makes_no_secret_of_it(findings: Findings) -> None:
    (finding,) = findings(cards("connection: orders, redirect_uri: here").replace("setup", "token"))

    assert finding.found == "'here'"
