"""The rules that hold a connection against the catalogue, and what is let through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from constructs_lib.schemas.rules import HCL, PYTHON, Names, catalogue_rules
from constructs_lib.validation import ConstructPlace, Finding, check_connection

PLACE = ConstructPlace("stack/connection")
LATER = object()


def check(**changes: Any) -> list[Finding]:
    values = {"group_id": "g", "service": "postgres", "config": {"schema_prefix": "s"}, **changes}
    return check_connection(values, place=PLACE, is_token=lambda value: value is LATER)


def config(**settings: Any) -> dict[str, Any]:
    return {"schema_prefix": "s", **settings}


def ads(**settings: Any) -> dict[str, Any]:
    return {"service": "google_ads", "config": {"schema": "s", **settings}}


def only(found: list[Finding]) -> Finding:
    (finding,) = found
    return finding


def test_misspelt_field_suggests_the_nearest_one() -> None:
    finding = only(check(config=config(prot=5432)))

    assert (finding.rule, finding.severity, finding.found) == ("unknown-field", "error", "'prot'")
    assert finding.allowed == "a field of config of the service postgres"
    assert finding.hint == "did you mean 'port'?"


def test_misspelt_destination_schema_suggests_the_right_name() -> None:
    found = check(service="connector_sdk", config={"shcema": "invoices", "package_id": "p"})

    hints = {finding.rule: finding.hint for finding in found}
    assert hints["unknown-field"] == "did you mean 'schema'?"
    assert set(hints) == {"unknown-field", "destination-schema"}


def test_destination_schema_is_no_field_of_secrets() -> None:
    found = check(service="connector_sdk", config={"schema": "s"}, secrets={"shcema": "x"})

    (finding,) = (each for each in found if each.rule == "unknown-field")
    assert "'schema'" not in finding.hint


def test_unknown_field_lists_known_ones_and_unchecked() -> None:
    hint = only(check(service="stripe", config={"schema": "s", "zzz": 1})).hint

    assert hint.startswith("the known fields are access_token, api_key, ")
    assert hint.endswith("if Fivetran has it, list config.zzz in unchecked, with a reason")


def test_a_long_list_of_fields_is_cut() -> None:
    assert "and 7 more" in only(check(config=config(zzz=1))).hint


def test_a_field_inside_a_list_is_found_with_its_place() -> None:
    finding = only(check(**ads(reports=[{"report_type": "a"}, {"report_typ": "b"}])))

    assert (finding.rule, finding.pointer) == ("unknown-field", "/config/reports/1/report_typ")
    assert finding.allowed == "a field of config.reports[] of the service google_ads"


def test_misspelt_secret_is_found_before_its_value_is_known() -> None:
    finding = only(check(secrets={"passwort": LATER}))

    assert (finding.rule, finding.pointer) == ("unknown-field", "/secrets/passwort")
    assert finding.hint == "did you mean 'password'?"


def test_a_value_that_is_known_later_satisfies_every_rule() -> None:
    settings = config(port=LATER, auth_method=LATER, host=LATER)

    assert check(config=settings, auth=LATER, secrets=LATER) == []


def test_siblings_of_an_unknown_value_are_checked() -> None:
    found = check(**ads(accounts=[LATER, {"a": 1}]))

    assert [(each.rule, each.pointer) for each in found] == [("field-type", "/config/accounts/1")]


@pytest.mark.parametrize("value", ["PASSWORD", "", None])
def test_an_allowed_value_and_nothing_pass(value: Any) -> None:
    assert check(config=config(auth_method=value)) == []


def test_another_case_of_letters_is_only_a_warning() -> None:
    finding = only(check(config=config(auth_method="password")))

    assert (finding.rule, finding.severity) == ("field-value", "warning")
    assert finding.hint == "did you mean 'PASSWORD'?"


def test_value_not_allowed_lists_the_allowed_ones() -> None:
    finding = only(check(config=config(update_method="WAL")))

    assert (finding.rule, finding.severity) == ("field-value", "error")
    assert finding.allowed == "one of QUERY_BASED, WAL_PGOUTPUT"


def test_a_wrong_type_says_what_it_is_and_what_it_should_be() -> None:
    finding = only(check(config=config(port="many")))

    assert (finding.found, finding.allowed) == ("'many' (text)", "a whole number")


def test_a_number_that_loses_its_form_as_text_is_a_warning() -> None:
    values = {"service": "connector_sdk", "config": {"schema": "s", "python_version": 3.1}}

    finding = only(check(**values))

    assert (finding.rule, finding.severity) == ("field-type", "warning")
    assert finding.hint == "put it in quotes"


def test_a_secret_is_not_shown_whatever_is_wrong_with_it() -> None:
    shown = str(check(secrets={"password": ["hunter2"], "port": "hunter2", "ho5t": "hunter2"}))

    assert "hunter2" not in shown


def test_what_only_fivetran_sets_is_a_warning_whatever_its_value() -> None:
    finding = only(check(config=config(public_key=["any"])))

    assert (finding.rule, finding.severity) == ("read-only-setting", "warning")


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        (config(new_field=1), "config.new_field"),
        (config(port="many"), "config.port"),
        (config(auth_method="NEW"), "config.auth_method"),
    ],
)
def test_a_setting_with_a_reason_is_let_through(settings: dict[str, Any], path: str) -> None:
    assert check(config=settings, unchecked={path: "announced for December"}) == []


def test_a_setting_in_a_list_is_let_through_for_all_items() -> None:
    reports = [{"report_type": "a", "new": 1}, {"new": 2}]

    assert check(**ads(reports=reports), unchecked={"config.reports[].new": "why"}) == []


def test_unchecked_secret_is_named_as_the_api_names_it() -> None:
    assert check(secrets={"new_token": LATER}, unchecked={"config.new_token": "why"}) == []


def test_only_the_named_setting_is_let_through() -> None:
    finding = only(check(config=config(new=1, newer=2), unchecked={"config.new": "why"}))

    assert finding.pointer == "/config/newer"


def test_a_secret_in_clear_is_not_let_through() -> None:
    found = check(config=config(password="p"), unchecked={"config.password": "why"})

    assert "secret-in-config" in [finding.rule for finding in found]


@pytest.mark.parametrize("reason", ["", " ", "\n"])
def test_a_setting_is_not_let_through_without_a_reason(reason: str) -> None:
    finding = only(check(config=config(new=1), unchecked={"config.new": reason}))

    assert (finding.rule, finding.severity) == ("unchecked-reason", "error")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        (
            "config.host",
            "leave it out: its name, type and value are valid, and a secret is never exempt",
        ),
        ("config.hosts", "leave it out: there is no such setting here"),
        ("zzz", "leave it out: there is no such setting here"),
    ],
)
def test_what_needs_not_be_let_through_is_a_warning(path: str, hint: str) -> None:
    finding = only(check(config=config(host="h"), unchecked={path: "why"}))

    assert (finding.rule, finding.severity) == ("unchecked-unneeded", "warning")
    assert finding.hint == hint


def test_misspelt_unchecked_setting_suggests_the_one_in_need() -> None:
    found = check(config=config(new_mode=1), unchecked={"config.new_mod": "why"})

    assert {finding.rule: finding.hint for finding in found}["unchecked-unneeded"] == (
        "did you mean 'config.new_mode'?"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"config": config(port=LATER), "unchecked": {"config.port": "why"}},
        {**ads(reports=LATER), "unchecked": {"config.reports[].new": "why"}},
        {"config": LATER, "unchecked": {"config.new": "why"}},
        {"service": LATER, "unchecked": {"config.new": "why"}},
        {"unchecked": LATER},
        {"config": config(new=1), "unchecked": {"config.new": LATER}},
    ],
)
def test_what_may_yet_be_needed_has_no_warning(changes: dict[str, Any]) -> None:
    assert check(**changes) == []


def test_the_settings_of_an_unknown_service_are_not_checked() -> None:
    finding = only(check(service="brand_new", config={"any": 1}, unchecked={"config.any": "why"}))

    assert (finding.rule, finding.severity) == ("unknown-service", "warning")
    assert "connections catalogue refresh --live brand_new" in finding.hint


def test_a_service_without_known_fields_warns_and_passes() -> None:
    finding = only(check(service="notion", config={"schema": "s", "workspace": "w"}))

    assert (finding.rule, finding.severity) == ("unknown-field", "warning")


def test_a_service_of_the_project_is_checked_like_any_other(write: Callable[[str], None]) -> None:
    write('{\n"brand_new": {\n "schema": ["schema"],\n "config.mode": ["fast"]\n}\n}\n')

    finding = only(check(service="brand_new", config={"schema": "s", "mode": "slow"}))

    assert finding.rule == "field-value"


def test_a_damaged_file_of_the_project_is_an_error(write: Callable[[str], None]) -> None:
    write("{")

    finding = only(check())

    assert (finding.rule, finding.severity) == ("services-file", "error")
    assert "refresh --live postgres" in finding.hint


@pytest.mark.parametrize(("names", "expected"), [(PYTHON, "secrets"), (HCL, "config_wo")])
def test_a_remedy_names_the_attributes_as_the_person_writes_them(
    names: Names, expected: str
) -> None:
    inputs = {"service": "postgres", "config": config(password="p")}
    (rule,) = [
        rule for rule in catalogue_rules(names, lambda _: False) if rule.id == "secret-in-config"
    ]

    (problem,) = rule.check(inputs)

    assert problem.hint == f"move password from config to {expected}"
