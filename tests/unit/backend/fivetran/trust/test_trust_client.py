"""The requests about certificates: answers that are none, lists without end, and odd 404s."""

from __future__ import annotations

from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.trust.client import TrustClient
from constructs_lib.backend.fivetran.trust.waiting import FINGERPRINT
from constructs_lib.backend.http.deadline import Deadline

ITEM = {"id": "YQ", "hash": "a", "public_key": "ssh-rsa AAAA"}
MISSING = Answer(404, {"code": "NotFound", "message": "Fingerprint with specified hash not found"})


def page(*items: Any, cursor: str | None = None) -> Answer:
    data = {"items": list(items), "next_cursor": cursor}
    return Answer(200, {"code": "Success", "data": data})


@pytest.fixture
def trust(client: Client, quick: None) -> TrustClient:
    return TrustClient(client, FINGERPRINT, "pale_hydrogen")


def deadline() -> Deadline:
    return Deadline(20.0)


def test_a_404_counts_as_revoked_if_the_list_agrees(api: ScriptedApi, trust: TrustClient) -> None:
    api.answers = [MISSING, page()]

    trust.revoke(ITEM, deadline())

    asked = [(each.method, each.path.partition("?")[0]) for each in api.seen]
    path = "/v1/connections/pale_hydrogen/fingerprints"
    assert asked == [("DELETE", f"{path}/YQ"), ("GET", path)]


def test_a_404_of_something_else_is_an_error(api: ScriptedApi, trust: TrustClient) -> None:
    api.answers = [MISSING, page(ITEM)]

    with pytest.raises(errors.SomethingElseMissing):
        trust.revoke(ITEM, deadline())


def test_an_approval_without_an_envelope_is_looked_up(api: ScriptedApi, trust: TrustClient) -> None:
    # By the contract the answer of status 201 is the fingerprint itself.
    api.answers = [Answer(201, ITEM), page(ITEM)]

    trust.approve("a", "ssh-rsa AAAA", deadline())

    assert [each.method for each in api.seen] == ["POST", "GET"]
    assert api.seen[0].body == {"hash": "a", "public_key": "ssh-rsa AAAA"}


@pytest.mark.parametrize(
    "answers",
    [
        [page(ITEM, cursor="again")],
        [page(cursor="empty")],
        [Answer(200, {"code": "Success", "data": {"items": None}})],
        [Answer(200, {"code": "Success", "data": {"items": [], "next_cursor": 5}})],
        [page(None)],
        [page({"id": "YQ"})],
        [page({"id": "", "hash": "a"})],
    ],
)
def test_a_list_that_is_none_is_an_error(
    api: ScriptedApi, trust: TrustClient, answers: list[Answer]
) -> None:
    api.answers = answers

    with pytest.raises(errors.InvalidResponse):
        trust.approved(Deadline(0.5))
