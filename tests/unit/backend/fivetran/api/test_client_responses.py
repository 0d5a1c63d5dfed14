"""Which answers of the API the client believes, and what the others become."""

from __future__ import annotations

from itertools import product

import pytest
from every_case import check_every
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport
from constructs_lib.backend.http.deadline import Deadline

pytestmark = pytest.mark.usefixtures("quick")
CONNECTION = {"id": "abc", "service": "postgres"}
GONE = Answer(404, {"code": "NotFound_Connection", "message": "no such connection"})
FOUND = Answer(200, {"code": "Success", "data": CONNECTION})


def test_a_deletion_of_what_is_not_there(api: ScriptedApi, client: Client) -> None:
    api.answers = [GONE]

    with pytest.raises(errors.NotFound):
        client.delete_connection("abc", Deadline(5))


@pytest.mark.parametrize("lost", [Answer(500, {}), Answer(drop=True)], ids=["500", "drop"])
def test_a_deletion_whose_answer_was_lost(api: ScriptedApi, client: Client, lost: Answer) -> None:
    api.answers = [lost, GONE]

    client.delete_connection("abc", Deadline(5))

    assert [seen.method for seen in api.seen] == ["DELETE", "GET"]


def test_a_deletion_that_was_refused_proves_nothing(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(429, {}, {"Retry-After": "0"}), GONE]

    with pytest.raises(errors.NotFound):
        client.delete_connection("abc", Deadline(5))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "SomeCode", errors.ApiError),
        (401, "SomeCode", errors.Unauthorized),
        (403, "SomeCode", errors.Unauthorized),
        (404, "NotFound_Connection", errors.NotFound),
        (404, "NotFound_Connector", errors.NotFound),
        (409, "SomeCode", errors.Conflict),
    ],
)
def test_an_error_says_what_was_asked_and_what_the_api_answered(
    api: ScriptedApi, client: Client, status: int, code: str, kind: type[errors.ApiError]
) -> None:
    api.answers = [Answer(status, {"code": code, "message": "some words"})]

    with pytest.raises(kind) as caught:
        client.connection("abc", Deadline(5))

    assert str(caught.value) == (f"GET /v1/connections/abc answered {status} ({code}): some words")
    assert len(api.seen) == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("NotFound", "HTTP 404 Not Found"),
        ("NotFound_Group", "Group with id 'g' does not exist"),
        ("Success", "fine"),
    ],
)
def test_a_404_about_something_else_is_not_gone(
    api: ScriptedApi, client: Client, code: str, message: str
) -> None:
    api.answers = [Answer(404, {"code": code, "message": message})]

    with pytest.raises(errors.SomethingElseMissing) as caught:
        client.connection("abc", Deadline(5))

    assert str(caught.value) == f"GET {api.url}/v1/connections/abc answered 404 ({code}): {message}"


def test_an_error_of_another_product_is_not_believed(api: ScriptedApi) -> None:
    def check(case: tuple[int, object]) -> None:
        # A client remembers that the API has not answered yet.
        client = Client(FivetranTransport(api.url), "key", "secret")
        status, body = case
        api.answers = [Answer(status, body, {"Content-Type": "text/x"})]
        with pytest.raises(errors.ForeignResponse) as caught:
            client.connection("abc", Deadline(5))
        assert str(caught.value) == (
            f"GET {api.url}/v1/connections/abc answered {status} with something else than the "
            "API's JSON (text/x)"
        )
        client.close()

    bodies: list[object] = ["<html>no</html>", {"error": "not found"}, [], {"code": 7}]
    check_every(product((400, 403, 404, 405, 409), bodies), check)
    assert len(api.seen) == 3 * 20


@pytest.mark.parametrize("status", [200, 201])
def test_an_error_code_under_a_status_of_success_is_an_error(
    api: ScriptedApi, client: Client, status: int
) -> None:
    api.answers = [Answer(status, {"code": "IllegalState", "message": "no", "data": CONNECTION})]

    with pytest.raises(errors.ApiError, match=rf"answered {status} \(IllegalState\): no"):
        client.connection("abc", Deadline(5))


def test_an_answer_about_another_connection_is_refused(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(200, {"code": "Success", "data": {**CONNECTION, "id": "xyz"}})]
    deadline = Deadline(5)

    for ask in (
        lambda: client.connection("abc", deadline),
        lambda: client.read_once("abc", deadline),
        lambda: client.modify_connection("abc", {"paused": True}, deadline),
        lambda: client.run_setup_tests("abc", {}, deadline),
    ):
        with pytest.raises(
            errors.ResponseAboutAnotherObject, match="answered about 'xyz' instead of 'abc'"
        ):
            ask()


def test_a_card_of_another_connection_is_refused(api: ScriptedApi, client: Client) -> None:
    card = {"connector_id": "xyz", "connect_card": {"uri": "https://x", "token": "t"}}
    api.answers = [Answer(200, {"code": "Success", "data": card})]

    with pytest.raises(errors.ResponseAboutAnotherObject):
        client.issue_connect_card("abc", {}, Deadline(5))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, "<html>gone</html>"),
        Answer(404, {"code": "NotFound", "message": "HTTP 404 Not Found"}),
        Answer(200, {"code": "IllegalState", "message": "no"}),
    ],
)
def test_a_deletion_needs_the_apis_own_word(
    api: ScriptedApi, client: Client, answer: Answer
) -> None:
    api.answers = [answer, FOUND, answer, FOUND, answer]

    with pytest.raises(errors.VendorError) as caught:
        client.delete_connection("abc", Deadline(0.1))

    assert not isinstance(caught.value, errors.NotFound)


def test_a_deletion_whose_answer_is_lost_is_looked_for(api: ScriptedApi, client: Client) -> None:
    gone = Answer(404, {"code": "NotFound_Connection", "message": "gone"})
    api.answers = [Answer(204, ""), gone]

    client.delete_connection("abc", Deadline(5))

    assert [seen.method for seen in api.seen] == ["DELETE", "GET"]


@pytest.mark.parametrize("other", [{"service": "mysql"}, {"group_id": "theirs"}])
def test_a_creation_answered_about_another_is_refused(
    api: ScriptedApi, client: Client, other: dict[str, str]
) -> None:
    body = {"service": "postgres", "group_id": "ours"}
    api.answers = [Answer(201, {"code": "Success", "data": {"id": "abc", **body, **other}})]

    with pytest.raises(errors.InvalidResponse, match="another"):
        client.create_connection(body, Deadline(5))


def test_an_html_answer_of_a_proxy_is_named_and_repeated(api: ScriptedApi, client: Client) -> None:
    html = Answer(502, "<html>Bad gateway</html>", {"Content-Type": "text/html"})
    api.answers = [html, html, FOUND]

    assert client.connection("abc", Deadline(5)) == CONNECTION
    assert len(api.seen) == 3


NOT_THE_APIS = [
    Answer(200, "<html>", {"Content-Type": "text/html"}),
    Answer(200, ""),
    Answer(200, '{"code": "Succ'),
    Answer(200, [1, 2]),
    Answer(302, "", {"Location": "https://elsewhere.invalid/"}),
]


INCOMPLETE = Answer(200, {"code": "Success"})


@pytest.mark.parametrize("answer", [*NOT_THE_APIS, INCOMPLETE])
def test_an_address_of_something_else_is_an_error_soon(
    api: ScriptedApi, client: Client, answer: Answer
) -> None:
    api.answers = [answer]

    with pytest.raises(errors.InvalidResponse):
        client.connection("abc", Deadline(600))

    assert len(api.seen) == 3


@pytest.mark.parametrize("answer", NOT_THE_APIS)
def test_an_answer_that_is_not_the_apis_is_passing(
    api: ScriptedApi, client: Client, answer: Answer
) -> None:
    api.answers = [FOUND, answer, answer, answer, answer, FOUND]
    client.connection("abc", Deadline(600))

    assert client.connection("abc", Deadline(600)) == CONNECTION
    assert len(api.seen) == 6


def test_an_incomplete_answer_is_asked_for_thrice(api: ScriptedApi, client: Client) -> None:
    api.answers = [FOUND, INCOMPLETE, INCOMPLETE, INCOMPLETE, FOUND]
    client.connection("abc", Deadline(600))

    with pytest.raises(errors.IncompleteResponse, match="no object under data"):
        client.connection("abc", Deadline(600))

    assert len(api.seen) == 4


def test_a_creation_without_an_identifier_is_an_error(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(201, {"code": "Success", "data": {}})]

    with pytest.raises(errors.InvalidResponse, match="no identifier"):
        client.create_connection({}, Deadline(5))


@pytest.mark.parametrize(
    "words",
    ["The connection state does not exist", "state doesn't exist", "There is no connection state"],
)
def test_a_first_state_that_is_refused_says_sync_first(
    words: str, api: ScriptedApi, client: Client
) -> None:
    api.answers = [Answer(400, {"code": "InvalidInput", "message": words})]

    with pytest.raises(errors.NoStateYet) as caught:
        client.set_state("abc", {"page": 1}, Deadline(5))

    assert "Sync the connection once first" in caught.value.remedy


@pytest.mark.parametrize("words", ["some words", "Invalid state"])
def test_another_refusal_of_a_state_says_nothing_of_a_sync(
    words: str, api: ScriptedApi, client: Client
) -> None:
    api.answers = [Answer(400, {"code": "InvalidInput", "message": words})]

    with pytest.raises(errors.ApiError) as caught:
        client.set_state("abc", {"page": 1}, Deadline(5))

    assert type(caught.value) is errors.ApiError
