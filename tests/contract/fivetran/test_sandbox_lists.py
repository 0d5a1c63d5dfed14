from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier

LIST = "/v1/connections"


def pages(carrier: Carrier, path: str, **params: Any) -> list[list[dict[str, Any]]]:
    found = []
    while True:
        data = carrier.data("GET", path, params=params)
        found.append(data["items"])
        if "next_cursor" not in data:
            return found
        params["cursor"] = data["next_cursor"]


def test_250_connections_come_in_three_pages(carrier: Carrier) -> None:
    made = [carrier.create(config={"schema": f"s{number}"})["id"] for number in range(250)]
    found = pages(carrier, LIST)
    assert [len(page) for page in found] == [100, 100, 50]
    assert [item["id"] for page in found for item in page] == made
    assert [len(page) for page in pages(carrier, LIST, limit=1000)] == [250]


def test_last_full_page_has_no_cursor(carrier: Carrier) -> None:
    for number in range(4):
        carrier.create(config={"schema": f"s{number}"})
    assert [len(page) for page in pages(carrier, LIST, limit=2)] == [2, 2]


def test_page_may_have_fewer_items_than_asked_for(carrier: Carrier) -> None:
    for number in range(5):
        carrier.create(config={"schema": f"s{number}"})
    carrier.configure(page_items=3)
    assert [len(page) for page in pages(carrier, LIST, limit=4)] == [3, 2]
    assert [len(page) for page in pages(carrier, LIST, limit=2)] == [2, 2, 1]


def test_deletion_between_pages_skips_nothing(carrier: Carrier) -> None:
    made = [carrier.create(config={"schema": f"s{number}"})["id"] for number in range(4)]
    first = carrier.data("GET", LIST, params={"limit": 2})
    carrier.request("DELETE", f"{LIST}/{made[0]}")
    rest = carrier.data("GET", LIST, params={"limit": 2, "cursor": first["next_cursor"]})
    assert [item["id"] for item in rest["items"]] == made[2:]


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "", "1.5"])
def test_bad_limit_is_400(carrier: Carrier, limit: str) -> None:
    for path in (LIST, "/v1/groups", "/v1/groups/sandbox_lake/connections"):
        assert carrier.error("GET", path, params={"limit": limit})[:2] == (400, "InvalidInput")


@pytest.mark.parametrize("cursor", ["x", "", "YWZ0ZXI6eA==", "ü"])
def test_bad_cursor_is_400(carrier: Carrier, cursor: str) -> None:
    assert carrier.error("GET", LIST, params={"cursor": cursor})[:2] == (400, "InvalidInput")


def test_list_is_filtered_by_group_and_exact_schema(carrier: Carrier) -> None:
    carrier.create()
    carrier.create(config={"schema": "orders_2"})
    other = carrier.create(group_id="sandbox_warehouse")
    by_schema = carrier.data("GET", LIST, params={"schema": "orders"})["items"]
    by_both = carrier.data(
        "GET", LIST, params={"schema": "orders", "group_id": "sandbox_warehouse"}
    )["items"]
    assert len(by_schema) == 2
    assert [item["id"] for item in by_both] == [other["id"]]
    assert carrier.data("GET", LIST, params={"group_id": "nope"})["items"] == []


def test_items_have_no_config_unless_asked_for(carrier: Carrier) -> None:
    carrier.create(POSTGRES)
    assert "config" not in carrier.data("GET", LIST)["items"][0]
    carrier.configure(list_config=True)
    assert carrier.data("GET", LIST)["items"][0]["config"]["password"] == "******"


def test_groups_are_listed_and_read(carrier: Carrier) -> None:
    found = pages(carrier, "/v1/groups", limit=1)
    assert [group["id"] for page in found for group in page] == [
        "sandbox_warehouse",
        "sandbox_lake",
    ]
    assert carrier.data("GET", "/v1/groups/sandbox_lake") == found[1][0]
    assert found[0][0].keys() == {"id", "name", "created_at"}


def test_connections_of_a_group_are_listed(carrier: Carrier) -> None:
    carrier.create()
    other = carrier.create(POSTGRES)
    items = carrier.data("GET", "/v1/groups/sandbox_warehouse/connections")["items"]
    assert [item["id"] for item in items] == [other["id"]]


@pytest.mark.parametrize("suffix", ["", "/connections"])
def test_unknown_group_is_404(carrier: Carrier, suffix: str) -> None:
    assert carrier.error("GET", f"/v1/groups/nope{suffix}")[:2] == (404, "NotFound_Group")
