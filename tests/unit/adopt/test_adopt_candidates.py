"""Candidates: their names, and what of them the checks let through, leave out or refuse."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.adopt.account import FoundConnection
from constructs_lib.adopt.candidate import Candidate
from constructs_lib.adopt.checks import errors_by_name, without_refused
from constructs_lib.adopt.description import Document, Variable
from constructs_lib.adopt.hcl_form import to_hcl
from constructs_lib.adopt.python_form import to_python
from constructs_lib.adopt.settings import NameRegistry
from constructs_lib.adopt.yaml_form import to_yaml
from constructs_lib.schemas import MASK
from constructs_lib.schemas.rules import REASON_OF_IMPORT


def adopt(service: str = "postgres", *, in_file: bool = False, **config: Any) -> Candidate:
    """A candidate after the checks, as the command does them."""
    named = {"schema": "orders"} if service != "postgres" else {"schema_prefix": "orders"}
    found = FoundConnection("some_id", "lake", service, "orders", {}, named, config)
    candidate = Candidate(found, "orders", NameRegistry(()))

    def errors(accepted: Any) -> Any:
        for each in () if in_file else accepted:
            each.let_through()
        return errors_by_name(accepted, in_settings_file=in_file)

    assert without_refused([candidate], errors) == [candidate]
    return candidate


def config_of(candidate: Candidate) -> dict[str, Any]:
    """The settings but for the destination schema."""
    found: dict[str, Any] = candidate.attributes["config"]
    return {key: value for key, value in found.items() if not key.startswith("schema")}


@pytest.mark.parametrize(
    "config", [{"new_field": 5}, {"port": "many"}, {"update_method": "GUESSING"}]
)
def test_setting_at_fault_is_unchecked_as_an_import_has_it(config: dict[str, Any]) -> None:
    candidate = adopt(host="db", **config)

    (name,) = config
    assert config_of(candidate) == {"host": "db", **config}
    assert candidate.described().attributes["unchecked"] == {f"config.{name}": REASON_OF_IMPORT}
    assert candidate.comments == ()


@pytest.mark.parametrize("service", ["postgres", "appeared_tomorrow"])
@pytest.mark.parametrize(
    "config",
    [
        {"new_password": "canary"},
        {"new": {"token": "canary"}},
        {"new": [{"inner": {"secret": ["canary"]}}]},
        {"new_token": {"value": "canary"}},
    ],
)
def test_unknown_setting_named_like_a_secret_is_left_out(
    service: str, config: dict[str, Any]
) -> None:
    candidate = adopt(service, host="db", **config)

    (name,) = config
    assert config_of(candidate) == {"host": "db"}
    assert "unchecked" not in candidate.attributes
    (comment,) = candidate.comments
    assert comment.startswith(f"config.{name} is not managed: it stays as it is at Fivetran. ")
    assert "canary" not in comment


def test_unknown_flag_named_like_a_secret_is_no_secret() -> None:
    assert config_of(adopt("appeared_tomorrow", use_token=True)) == {"use_token": True}


def test_masked_unknown_setting_is_left_out() -> None:
    candidate = adopt(new_secret=MASK)

    assert "secrets" not in candidate.described().attributes
    assert list(candidate.left_out) == ["config.new_secret"]


def test_half_of_a_character_is_left_out() -> None:
    candidate = adopt(host="db\ud800", user="me", tags={"\udfff": 1})

    assert config_of(candidate) == {"user": "me"}
    assert list(candidate.left_out) == ["config.host", "config.tags"]


@pytest.mark.parametrize(
    ("config", "rule"),
    [
        ({"tags": [{"key": "a", "value": MASK}]}, "secret-in-file"),
        ({"tunnel": {"variable": "a"}}, "variable-place"),
        ({"tunnel": {"variable": "a", "unset": "keep"}}, "variable-place"),
    ],
)
def test_what_a_settings_file_misreads_is_left_out_there(config: dict[str, Any], rule: str) -> None:
    assert config_of(adopt("appeared_tomorrow", **config)) or rule == "secret-in-file"

    candidate = adopt("appeared_tomorrow", in_file=True, **config)

    (reason,) = candidate.left_out.values()
    assert reason.endswith(f"[{rule}]")


def test_name_of_a_secret_in_a_list_stays_in_a_settings_file() -> None:
    secrets = [{"key": "token", "value": MASK}, {"key": "other", "value": ""}]

    candidate = adopt("connector_sdk", in_file=True, secrets_list=secrets)

    assert candidate.attributes["secrets"] == {
        "secrets_list": [
            {"key": "token", "value": Variable("orders_token_value")},
            {"key": "other", "value": ""},
        ]
    }


@pytest.mark.parametrize("write", [to_hcl, to_python, to_yaml])
def test_comment_stays_on_its_line(write: Any) -> None:
    described = adopt(**{"a\nresource \x1b\u2028": MASK}).described()

    text = "".join(write(Document((described,))).values())

    (line,) = (line for line in text.split("\n") if "is not managed" in line)
    assert line.strip().startswith("# config.a resource \\x1b ")


def test_names_are_unique_and_valid() -> None:
    names = NameRegistry({"orders", "orders_lake"})

    assert names.connection("Finance.Budget-v2", "google_sheets", "g") == "finance_budget_v2"
    assert names.connection("orders", "postgres", "lake") == "orders_lake_2"
    assert names.connection("2024", "postgres", "g") == "source_2024"
    assert names.connection("注文", "15five", "g") == "source_15five"
    assert names.connection("version", "postgres", "g") == "version_g"


def test_two_secrets_never_share_a_variable() -> None:
    names = NameRegistry(())

    assert names.variable(("a", "b_c")) == "a_b_c"
    assert names.variable(("a_b", "c")) == "a_b_c_2"
