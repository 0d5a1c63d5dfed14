"""The sandbox answers about connector types as the published contract says."""

from __future__ import annotations

from sandbox_carriers import Carrier

from constructs_lib import schemas

TYPES = "/v1/metadata/connector-types"


def test_all_connector_types_come_by_pages(carrier: Carrier) -> None:
    found, cursor = [], None
    while True:
        params = {"limit": 300, **({"cursor": cursor} if cursor else {})}
        data = carrier.data("GET", TYPES, params=params)
        found += [item["id"] for item in data["items"]]
        cursor = data.get("next_cursor")
        if cursor is None:
            break

    assert found == schemas.services()


def test_each_connector_type_has_what_the_contract_requires(carrier: Carrier) -> None:
    items = carrier.data("GET", TYPES, params={"limit": 1000})["items"]

    assert all({"id", "name", "type"} == item.keys() for item in items)
    assert {item["type"] for item in items} == {"API", "Database", "Function"}


def test_the_metadata_of_a_service_describes_config_and_auth(carrier: Carrier) -> None:
    data = carrier.data("GET", f"{TYPES}/google_ads")

    assert (data["id"], data["type"]) == ("google_ads", "API")
    assert data["config"]["required"] == ["schema"]
    assert data["config"]["properties"]["conversion_window_size"] == {"type": "integer"}
    client = data["auth"]["properties"]["client_access"]["properties"]
    assert client["client_secret"] == {"type": "string", "format": "password"}


def test_a_service_without_authorization_has_no_auth(carrier: Carrier) -> None:
    assert "auth" not in carrier.data("GET", f"{TYPES}/postgres")


def test_allowed_values_and_what_cannot_be_set_are_told(carrier: Carrier) -> None:
    fields = carrier.data("GET", f"{TYPES}/postgres")["config"]["properties"]

    assert fields["update_method"]["enum"] == ["QUERY_BASED", "WAL_PGOUTPUT"]
    assert fields["public_key"]["readonly"] is True
    assert fields["schema_prefix"]["immutable"] is True


def test_an_unknown_service_is_not_found(carrier: Carrier) -> None:
    status, code, message = carrier.error("GET", f"{TYPES}/no_such_service")

    assert (status, code) == (404, "NotFound")
    assert "no_such_service" in message
