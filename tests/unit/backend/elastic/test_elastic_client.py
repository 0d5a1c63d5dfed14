"""What the client sends over a socket, and what it makes of answers that are not as they should."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi, scripted_api

from constructs_lib.backend.elastic.client import Client
from constructs_lib.backend.elastic.exchange import (
    ApiError,
    Exchange,
    ForeignResponse,
    InvalidIdentifier,
    InvalidResponse,
    NoResponse,
    NotFound,
    Request,
    ResponseAboutAnotherObject,
    TooManyRequests,
    Unauthorized,
)
from constructs_lib.backend.elastic.provider import from_key
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.transport import Transport

PRODUCT = {"X-elastic-product": "Elasticsearch", "Content-Type": "application/json"}
KEY = "aWQ6Y2FuYXJ5LXMzY3JldA=="
SECRET = "canary-s3cret"
FOUND = Answer(200, {"id": "wiki", "status": "Created"}, PRODUCT)
MISSING = {
    "error": {"type": "resource_not_found_exception", "reason": "connector [wiki] not found"},
    "status": 404,
}


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with scripted_api() as server:
        yield server


def client(*urls: str, version: str | None = None) -> Client:
    return Client(Exchange([Transport(url) for url in urls], from_key(KEY), 5), version)


def unused() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def ask(*urls: str) -> dict[str, Any]:
    asking = client(*urls)
    try:
        return asked_once(asking, "wiki")
    finally:
        asking.close()


def asked_once(asking: Client, identifier: str) -> dict[str, Any]:
    """Read a connector; what fails is not tried again, because each pause is beyond the limit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attempts, "_FIRST_PAUSE", 10_000.0)
        patch.setattr(attempts, "_LONGEST_BACKOFF", 10_000.0)
        patch.setattr(attempts, "_LONGEST_PAUSE", 10_000.0)
        return asking.connector(identifier, Deadline(60))


def test_a_connector_is_read_with_the_key(api: ScriptedApi) -> None:
    api.answers = [FOUND]

    assert ask(api.url)["id"] == "wiki"

    (seen,) = api.seen
    assert (seen.method, seen.path) == ("GET", "/_connector/wiki")
    assert seen.headers["Authorization"] == f"ApiKey {KEY}"


def test_a_status_is_sent_as_json(api: ScriptedApi) -> None:
    api.answers = [Answer(200, {"result": "updated"}, PRODUCT)]
    asking = client(api.url)

    asking.set_status("wi/ki", "created", "error", Deadline(5), lambda: None)

    (seen,) = api.seen
    assert (seen.method, seen.path) == ("PUT", "/_connector/wi%2Fki/_status")
    assert seen.body == {"status": "error"}
    asking.close()


def test_noop_is_a_success(api: ScriptedApi) -> None:
    api.answers = [Answer(200, {"result": "noop"}, PRODUCT)]
    asking, reported = client(api.url), []

    asking.set_status("wiki", "error", "connected", Deadline(5), lambda: reported.append(1))

    assert (len(api.seen), reported) == (1, [1])
    asking.close()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": {"type": "security_exception", "reason": "no"}}, Unauthorized),
        (403, {"error": {"type": "security_exception", "reason": "no"}}, Unauthorized),
        (404, MISSING, NotFound),
        (400, {"error": {"type": "status_exception", "reason": "no"}}, ApiError),
        (429, {"error": "too many"}, TooManyRequests),
    ],
)
def test_each_error_status_has_its_error(
    api: ScriptedApi, status: int, body: Any, kind: type[Exception]
) -> None:
    api.answers = [Answer(status, body, {**PRODUCT, "Retry-After": "3600"})]

    with pytest.raises(kind):
        ask(api.url)

    assert len(api.seen) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, "<html>gone</html>", PRODUCT),
        Answer(404, {"message": "not found"}, PRODUCT),
        Answer(404, MISSING),
        Answer(400, {"message": "bad"}, PRODUCT),
    ],
    ids=["html", "another product", "no product header", "another status"],
)
def test_an_error_of_another_product_is_not_believed(api: ScriptedApi, answer: Answer) -> None:
    api.answers = [answer]

    with pytest.raises(ForeignResponse, match=f"GET {api.url}/_connector/wiki answered"):
        ask(api.url)


@pytest.mark.parametrize(
    "error",
    [
        {"type": "index_not_found_exception", "reason": "no such index [wiki]"},
        {"type": "resource_not_found_exception", "reason": "connector [shop] not found"},
        "no handler found for uri",
    ],
)
def test_a_404_about_something_else_is_not_gone(api: ScriptedApi, error: Any) -> None:
    api.answers = [Answer(404, {"error": error, "status": 404}, PRODUCT)]

    with pytest.raises(ApiError, match=f"GET {api.url}/_connector/wiki answered") as caught:
        ask(api.url)

    assert not isinstance(caught.value, NotFound)


def test_an_answer_about_another_connector_is_refused(api: ScriptedApi) -> None:
    api.answers = [Answer(200, {"id": "shop", "status": "created"}, PRODUCT)]

    with pytest.raises(ResponseAboutAnotherObject, match="answered about 'shop' instead of 'wiki'"):
        ask(api.url)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, FOUND.body),
        Answer(200, "<html></html>", PRODUCT),
        Answer(200, [], PRODUCT),
        Answer(200, {"id": "wiki"}, PRODUCT),
        Answer(200, {"status": "created"}, PRODUCT),
        Answer(302, {}, {**PRODUCT, "Location": "http://127.0.0.1:9/"}),
    ],
    ids=["no product", "no json", "no object", "no status", "no identifier", "redirection"],
)
def test_what_elasticsearch_would_not_answer_is_refused(api: ScriptedApi, answer: Answer) -> None:
    api.answers = [answer]

    with pytest.raises(InvalidResponse):
        ask(api.url)


def test_a_secret_that_the_answer_quotes_is_hidden(api: ScriptedApi) -> None:
    reason = f"bad key {KEY} with {SECRET}"
    api.answers = [Answer(401, {"error": {"type": "security_exception", "reason": reason}})]

    with pytest.raises(Unauthorized) as caught:
        ask(api.url)

    assert KEY not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(client(api.url))


def test_a_secret_in_the_identifier_hides_no_404(api: ScriptedApi) -> None:
    reason = f"connector [{SECRET}] not found"
    error = {"type": "resource_not_found_exception", "reason": reason}
    api.answers = [Answer(404, {"error": error, "status": 404}, PRODUCT)]
    asking = client(api.url)

    with pytest.raises(NotFound, match=r"connector \[\(hidden\)\] not found"):
        asked_once(asking, SECRET)
    asking.close()


def test_a_quoted_text_of_a_request_is_named(api: ScriptedApi) -> None:
    exchange = Exchange([Transport(api.url)], from_key(KEY), 5)
    body = {"status": "connected", "configuration": {"host": {"value": "canary-host"}}}
    reason = "bad 'canary-host', while connected"
    api.answers = [Answer(400, {"error": {"type": "bad", "reason": reason}}, PRODUCT)]

    with pytest.raises(ApiError) as caught:
        exchange.send_once(Request("PUT", "/_connector/wiki/_configuration", body), Deadline(5))

    named = "bad '(value of configuration.host.value)', while connected"
    assert str(caught.value).endswith(named)
    exchange.transports[0].close()


def test_the_error_of_a_connector_quotes_no_sensitive_value(api: ScriptedApi) -> None:
    configuration = {
        "host": {"value": "db.example.com", "sensitive": False},
        "password": {"value": "canary-password", "sensitive": True},
        "odd": None,
    }
    document = {
        "id": "wiki",
        "status": "error",
        "error": "canary-password is refused by db.example.com",
        "configuration": configuration,
    }
    api.answers = [Answer(200, document, PRODUCT)]

    assert ask(api.url)["error"] == "(hidden) is refused by db.example.com"


@pytest.mark.parametrize(
    ("given", "reported"), [({"error": None}, None), ({"error": "x", "configuration": []}, "x")]
)
def test_an_error_without_a_configuration_stays(
    api: ScriptedApi, given: Any, reported: Any
) -> None:
    api.answers = [Answer(200, {"id": "wiki", "status": "error", **given}, PRODUCT)]

    assert ask(api.url)["error"] == reported


def test_the_cause_of_an_error_is_told(api: ScriptedApi) -> None:
    cause = {"reason": "Unknown ConnectorStatus: x"}
    error = {"type": "x_content_parse_exception", "reason": "failed", "caused_by": cause}
    api.answers = [Answer(400, {"error": error})]

    with pytest.raises(ApiError, match="failed: Unknown ConnectorStatus: x"):
        ask(api.url)


def test_next_endpoint_is_used_and_kept_after_a_refusal(api: ScriptedApi) -> None:
    api.answers = [FOUND]
    exchange = Exchange([Transport(unused()), Transport(api.url)], from_key(KEY), 5)
    asking = Client(exchange)

    for _ in range(2):
        assert asking.connector("wiki", Deadline(5))["id"] == "wiki"

    assert len(api.seen) == 2
    assert exchange._first == 1
    asking.close()


def test_endpoints_are_tried_in_order(api: ScriptedApi) -> None:
    api.answers = [FOUND]

    ask(api.url, unused())

    assert len(api.seen) == 1


def test_an_endpoint_that_is_off_gives_way_to_the_next(api: ScriptedApi) -> None:
    api.answers = [FOUND]
    with scripted_api() as off:
        off.answers = [Answer(503, "<html></html>")]
        asking = client(off.url, api.url)

        assert asking.connector("wiki", Deadline(5))["id"] == "wiki"

        assert (len(off.seen), len(api.seen)) == (1, 1)
        asking.close()


def test_when_no_endpoint_can_be_reached_each_is_named() -> None:
    one, other = unused(), unused()

    with pytest.raises(NoResponse) as caught:
        ask(one, other)

    assert f"{one}: the connection was refused; {other}: the connection was" in str(caught.value)
    assert "Check endpoints" in caught.value.remedy


def test_lost_write_is_read_before_another_endpoint_gets_it(
    api: ScriptedApi,
) -> None:
    api.answers = [Answer(200, {"id": "wiki", "status": "error"}, PRODUCT)]
    with scripted_api() as lossy:
        lossy.answers = [Answer(drop=True)]
        asking, reported = client(lossy.url, api.url), []

        asking.set_status("wiki", "created", "error", Deadline(5), lambda: reported.append(1))

        assert [one.method for one in lossy.seen] == ["PUT"]
        assert [one.method for one in api.seen] == ["GET"]
        assert reported == [1]
        asking.close()


@pytest.mark.parametrize(
    ("version", "is_strict"),
    [
        ({"number": "8.14.3"}, True),
        ({"number": "9.1.0"}, False),
        ({"number": "8.14.0", "build_flavor": "serverless"}, False),
    ],
)
def test_the_server_tells_once_whether_it_is_strict(
    api: ScriptedApi, version: Any, is_strict: bool
) -> None:
    api.answers = [Answer(200, {"version": version}, PRODUCT)]
    asking = client(api.url)

    assert [asking.is_strict(Deadline(5)) for _ in range(2)] == [is_strict] * 2

    assert len(api.seen) == 1
    asking.close()


def test_a_version_that_is_set_is_not_asked_for(api: ScriptedApi) -> None:
    asking = client(api.url, version="8.13.0")

    assert asking.is_strict(Deadline(5)) is True

    assert api.seen == []
    asking.close()


def test_a_version_that_nobody_tells_is_taken_as_of_today(api: ScriptedApi) -> None:
    api.answers = [Answer(403, {})]
    asking = client(api.url)

    assert asking.is_strict(Deadline(5)) is False
    asking.close()


@pytest.mark.parametrize("identifier", ["", " ", ".", "..", "a/../b", "%2e%2e", "a\n"])
def test_an_identifier_that_leads_elsewhere_is_never_sent(identifier: str) -> None:
    with pytest.raises(InvalidIdentifier, match="is not a valid identifier, so nothing was sent"):
        client("http://127.0.0.1:9").connector(identifier, Deadline(1))
