"""Values that are known only later satisfy every check, leaf by leaf."""

from collections.abc import Callable
from typing import Any

import pytest
from validation_samples import TOKEN, is_token

from constructs_lib.validation import ConstructPlace, Finding, check_connection_state

Found = Callable[..., list[tuple[str, str]]]
Check = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    "changes",
    [
        {"group_id": TOKEN},
        {"group_id": "prefix-${Token[TOKEN.1]}"},
        {"service": TOKEN, "config": {"whatever": 1}},
        {"sync_frequency": TOKEN},
        {"daily_sync_time": "${Token[TOKEN.2]}", "sync_frequency": 1440},
        {"daily_sync_time": "14:00", "sync_frequency": TOKEN},
        {"data_delay_sensitivity": TOKEN, "data_delay_threshold": 60},
        {"networking_method": TOKEN, "private_link_id": "link"},
        {"config": TOKEN},
        {"config": {"schema_prefix": TOKEN, "host": TOKEN}},
        {"secrets": TOKEN},
        {"timeouts": TOKEN},
        {"timeouts": {"create": TOKEN}},
        {"paused": TOKEN, "run_setup_tests": TOKEN, "require_setup_tests": True},
    ],
)
def test_a_token_satisfies_any_check(found: Found, changes: dict[str, Any]) -> None:
    assert found(**changes) == []


def test_siblings_of_a_token_are_still_checked(found: Found) -> None:
    assert found(
        config={"schema": TOKEN, "hosts": [TOKEN, {1, 2}]}, timeouts={"create": TOKEN, "mak": 1}
    ) == [("not-json", "/config/hosts/1"), ("unknown-attribute", "/timeouts/mak")]


def test_secret_in_config_is_refused_even_if_unknown(found: Found) -> None:
    config = {"schema_prefix": "a", "password": TOKEN}

    assert found(config=config) == [("secret-in-config", "/config/password")]


def test_a_token_as_service_has_no_rule_about_its_state() -> None:
    findings = check_connection_state(
        {"connection_id": TOKEN, "state": {"cursor": TOKEN}},
        service="${Token[TOKEN.3]}",
        place=ConstructPlace("a"),
        is_token=is_token,
    )

    assert findings == []


def test_the_given_values_are_not_changed(check: Check) -> None:
    config = {"schema_prefix": TOKEN, "list": (1, TOKEN)}

    check(config=config)

    assert config == {"schema_prefix": TOKEN, "list": (1, TOKEN)}
