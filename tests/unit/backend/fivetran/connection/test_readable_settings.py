"""Which settings of a connection are shown: those that are known to be no secrets."""

from __future__ import annotations

import pytest
from every_case import check_every

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.data_sources import readable_config
from constructs_lib.schemas import MASK, Field
from constructs_lib.schemas.redaction import is_secret_setting

CANARY = "canary"


def sample(field: Field, path: str) -> object:
    """A value with its path in every leaf."""
    if field.item is not None:
        return [sample(field.item, f"{path}[]")]
    if field.fields:
        return {name: sample(inner, f"{path}.{name}") for name, inner in field.fields.items()}
    return path


def leaves(value: object) -> list[object]:
    if isinstance(value, (dict, list)):
        inside = value.values() if isinstance(value, dict) else value
        return [leaf for part in inside for leaf in leaves(part)]
    return [value]


def test_what_is_no_secret_is_shown() -> None:
    config = {"host": "h", "port": 5432, "update_method": None, "password": MASK}

    shown = {"host": "h", "port": 5432, "update_method": None}
    assert readable_config("postgres", config) == shown


def test_a_secret_that_the_api_does_not_mask_is_left_out() -> None:
    assert readable_config("postgres", {"password": CANARY, "host": "h"}) == {"host": "h"}


@pytest.mark.parametrize("name", ["brand_new", "new_token", "passphrase"])
def test_a_field_that_the_catalogue_does_not_know_is_left_out(name: str) -> None:
    assert readable_config("postgres", {name: CANARY}) == {}


def test_service_missing_in_the_catalogue_shows_nothing() -> None:
    assert readable_config("brand_new_service", {"host": "h"}) is None


@pytest.mark.parametrize("value", [{"a": CANARY}, [CANARY], [{"a": CANARY}]])
def test_a_value_of_another_structure_is_left_out(value: object) -> None:
    assert readable_config("postgres", {"host": value}) == {}


def test_the_items_of_a_list_are_shown_without_their_secrets() -> None:
    given = {"project_credentials": [{"project": "a", "api_key": CANARY}]}

    assert readable_config("amplitude", given) == {}
    assert readable_config("connector_sdk", {"secrets_list": [{"key": "a", "value": MASK}]}) == {}


def test_every_service_shows_all_that_is_known_to_be_no_secret() -> None:
    def shows_exactly_that(service: str) -> None:
        facts = schemas.service(service)
        assert facts is not None
        config = {name: sample(field, name) for name, field in facts.config.items()}
        found = [each for field in facts.config.values() for each in field.leaves()]
        public = {path for path, leaf in found if not leaf.secret and not names_a_secret(path)}

        assert set(leaves(readable_config(service, config))) == public

    check_every(schemas.services(), shows_exactly_that)


def names_a_secret(path: str) -> bool:
    return any(is_secret_setting(step.removesuffix("[]")) for step in path.split("."))
