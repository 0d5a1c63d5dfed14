"""What belongs to connections in the files of an environment: schema configurations, setup tests,
syncs, connect cards, certificates and fingerprints.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from constructs_lib.sandbox.fivetran.trust.source import certificate_of
from constructs_lib.validation import Finding
from stacks.settings import ConnectionActionSettings, Environment

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]
Findings = Callable[..., list[Finding]]

BASE = """
connections:
  billing: {service: stripe, group_id: g, config: {schema: stripe}}
connection_tests:
  billing: {connection: billing, fail_on: warning}
connection_syncs:
  billing: {connection: billing, wait: true}
  other: {connection_id: pale_hydrogen, mode: resync, tables: {public: [orders]}}
"""
CARD_BASE = """
connections:
  orders: {group_id: g, service: postgres, config: {schema_prefix: orders}}
"""
URI = "redirect_uri: https://example.com"


def test_tests_and_syncs_become_arguments(load: Load) -> None:
    environment = load(BASE, "connection_syncs: {billing: {triggers: {day: monday}}}")

    assert environment.sections["connection_tests"] == (
        ConnectionActionSettings("billing", "billing", {"fail_on": "warning"}),
    )
    billing, other = environment.sections["connection_syncs"]
    assert billing.parameters == {"wait": True, "triggers": {"day": "monday"}}
    assert (other.connection, other.parameters) == (
        None,
        {
            "connection_id": "pale_hydrogen",
            "mode": "resync",
            "tables": {"public": ["orders"]},
        },
    )


def test_tables_that_an_environment_removes_are_missed(found: Found) -> None:
    assert [rule for rule, _ in found(BASE, "connection_syncs: {other: {tables: null}}")] == [
        "resync-extent"
    ]


def test_a_resync_of_everything_is_asked_for_in_words(load: Load) -> None:
    own = "connection_syncs: {other: {tables: null, resync_everything: true}}"
    _, other = load(BASE, own).sections["connection_syncs"]

    assert other.parameters["resync_everything"] is True
    assert "tables" not in other.parameters


def test_an_environment_takes_tests_and_syncs_away(load: Load) -> None:
    environment = load(BASE, "connection_tests: null\nconnection_syncs: {other: null}")

    assert environment.sections["connection_tests"] == ()
    assert [sync.name for sync in environment.sections["connection_syncs"]] == ["billing"]


def test_without_the_sections_there_are_none(load: Load) -> None:
    environment = load("connections: {}")

    assert environment.sections["connection_tests"] == ()
    assert environment.sections["connection_syncs"] == ()


@pytest.mark.parametrize("section", ["connection_tests", "connection_syncs"])
def test_a_connection_that_is_not_there_has_a_suggestion(findings: Findings, section: str) -> None:
    (finding,) = findings(f"{BASE}", f"{section}: {{billing: {{connection: biling}}}}")

    assert finding.rule == "unknown-connection"
    assert finding.pointer == f"/{section}/billing/connection"
    assert finding.hint == "did you mean 'billing'?"


@pytest.mark.parametrize("given", ["{}", "{connection: billing, connection_id: pale_hydrogen}"])
def test_one_connection_is_chosen(found: Found, given: str) -> None:
    text = BASE.replace("{connection: billing, wait: true}", given)

    assert [rule for rule, _ in found(text)] == ["connection-or-id"]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("{connection: billing, tables: {public: [a]}}", "sync-mode"),
        ("{connection: billing, mode: resync, resync_everything: true, force: true}", "sync-mode"),
        ("{connection: billing, mode: resync, tables: {public: []}}", "minItems"),
        ("{connection: billing, mode: resync}", "resync-extent"),
        ("{connection: billing, mode: resync, resync_everything: false}", "resync-extent"),
        ("{connection: billing, resync_everything: true}", "resync-extent"),
        ("{connection: billing, wait: yess}", "type"),
        ("{connection: billing, sope: {public: [a]}}", "unknown-attribute"),
        ("{connection: 5}", "type"),
    ],
)
def test_a_mistake_in_a_sync_has_its_place(found: Found, given: str, rule: str) -> None:
    text = BASE.replace("{connection: billing, wait: true}", given)

    ((named, place),) = found(text)

    assert (named, place.rpartition(":")[0]) == (rule, "base.yaml:7")


def test_the_name_of_terraform_has_the_hint_to_write_tables(findings: Findings) -> None:
    text = BASE.replace("tables: {public", "scope: {public")

    found = {finding.rule: finding.hint for finding in findings(text)}

    assert found["unknown-attribute"] == "write 'tables'"


def test_a_test_that_is_taken_away_but_not_there_is_a_warning(load: Load) -> None:
    (warning,) = load("connections: {}\nconnection_tests: {gate: null}").warnings

    assert (warning.rule, warning.pointer) == ("removes-nothing", "/connection_tests/gate")
    assert warning.hint == "write its settings, or delete the line"


SCHEMA = """
connections:
  billing: {service: stripe, group_id: g, config: {schema: stripe}}
connection_schemas:
  billing:
    connection: billing
    schema_change_handling: BLOCK_ALL
    schemas:
      public:
        tables:
          invoices: {enabled: true, columns: {email: {hashed: true}}}
          events: {enabled: false}
"""


def test_a_schema_configuration_is_merged_by_names(load: Load) -> None:
    own = "{invoices: {columns: {email: {hashed: false}}}, events: null}"
    text = f"connection_schemas: {{billing: {{schemas: {{public: {{tables: {own}}}}}}}}}"

    (found,) = load(SCHEMA, text).sections["connection_schemas"]

    tables = {"invoices": {"enabled": True, "columns": {"email": {"hashed": False}}}}
    assert found.connection == "billing"
    assert found.parameters == {
        "schema_change_handling": "BLOCK_ALL",
        "schemas": {"public": {"tables": tables}},
    }


@pytest.mark.parametrize(
    ("right", "wrong", "rule", "line"),
    [
        ("BLOCK_ALL", "BLOCK_EVERYTHING", "enum", 7),
        ("hashed: true", "hashed: 'yes'", "type", 11),
        ("hashed: true", "hash: true", "unknown-attribute", 11),
        ("enabled: false", "sync_mode: OFTEN", "enum", 12),
        ("connection: billing", "connection: biling", "unknown-connection", 6),
    ],
)
def test_a_mistake_in_a_schema_has_its_place(
    found: Found, right: str, wrong: str, rule: str, line: int
) -> None:
    ((named, place),) = found(SCHEMA.replace(f"{right}", wrong))

    assert (named, place.rpartition(":")[0]) == (rule, f"base.yaml:{line}")


def test_what_is_enabled_in_vain_is_a_warning(load: Load) -> None:
    (warning,) = load(
        SCHEMA.replace("      public:", "      public:\n        enabled: false")
    ).warnings

    assert warning.rule == "enabled-inside"
    assert warning.pointer.endswith("/public/tables/invoices/enabled")
    assert "base.yaml:12:" in str(warning.place)


def cards(inside: str) -> str:
    return f"{CARD_BASE}connect_cards:\n  setup: {{{inside}}}\n"


def test_a_card_of_a_connection_of_the_file(load: Load) -> None:
    environment = load(cards(f"connection: orders, {URI}, triggers: {{month: may}}"))

    assert environment.sections["connect_cards"] == (
        ConnectionActionSettings(
            "setup",
            "orders",
            {"redirect_uri": "https://example.com", "triggers": {"month": "may"}},
        ),
    )


def test_a_card_of_a_connection_that_is_managed_elsewhere(load: Load) -> None:
    (card,) = load(cards(f"connection_id: pale_hydrogen, {URI}")).sections["connect_cards"]

    assert card.connection is None
    assert card.parameters["connection_id"] == "pale_hydrogen"


def test_without_cards_there_are_none(load: Load) -> None:
    assert load("connections: {}").sections["connect_cards"] == ()


def test_an_environment_takes_a_card_away(load: Load) -> None:
    base = cards(f"connection: orders, {URI}")

    assert load(base, "connect_cards: {setup: null}").sections["connect_cards"] == ()


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


CERTIFICATE = certificate_of("db.example.com")["encoded_cert"]
TRUST_BASE = f"""
connections:
  shop: {{service: postgres, group_id: g, config: {{schema_prefix: shop}}}}
connection_certificates:
  shop: {{connection: shop, certificates: {{"r+u4=": {CERTIFICATE}}}}}
connection_fingerprints:
  tunnel: {{connection_id: pale_hydrogen, exclusive: true, fingerprints: {{}}}}
"""


def test_trust_becomes_arguments(load: Load) -> None:
    own = 'connection_certificates: {shop: {certificates: {"next": ""}}}'
    environment = load(TRUST_BASE, own)

    certificates = {"r+u4=": CERTIFICATE, "next": ""}
    assert environment.sections["connection_certificates"] == (
        ConnectionActionSettings("shop", "shop", {"certificates": certificates}),
    )
    given = {"connection_id": "pale_hydrogen", "exclusive": True, "fingerprints": {}}
    tunnel = ConnectionActionSettings("tunnel", None, given)
    assert environment.sections["connection_fingerprints"] == (tunnel,)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("{connection: shop, certificates: {a: '-----BEGIN X'}}", "certificate-form"),
        ("{connection: shp, certificates: {}}", "unknown-connection"),
        ("{certificates: {}}", "connection-or-id"),
        ("{connection: shop}", "required"),
        ("{connection: shop, certificates: {'a b': ''}}", "name"),
    ],
)
def test_a_mistake_in_trust_has_its_place(found: Found, given: str, rule: str) -> None:
    text = TRUST_BASE.replace(
        f'{{connection: shop, certificates: {{"r+u4=": {CERTIFICATE}}}}}', given
    )

    ((named, place),) = found(text)

    assert (named, place.rpartition(":")[0]) == (rule, "base.yaml:5")


def test_a_second_set_of_a_connection_is_found(found: Found) -> None:
    second = "connection_certificates: {again: {connection: shop, certificates: {}}}"

    assert [rule for rule, _ in found(TRUST_BASE, second)] == ["trust-twice"]
