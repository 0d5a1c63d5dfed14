from __future__ import annotations

import pytest
from sandbox_carriers import Carrier

LIST = "/v1/connections"


@pytest.mark.parametrize("auth", [("sandbox", "other"), ("other", "sandbox"), ("", "")])
def test_wrong_credentials_are_401(carrier: Carrier, auth: tuple[str, str]) -> None:
    assert carrier.error("GET", LIST, auth=auth)[:2] == (401, "Unauthorized")


@pytest.mark.parametrize("header", ["", "Basic", "Basic !", "Bearer c2FuZGJveDpzYW5kYm94"])
def test_other_authorization_than_basic_is_401(carrier: Carrier, header: str) -> None:
    carrier.session.auth = None
    response = carrier.request("GET", LIST, headers={"Authorization": header})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_unknown_path_is_404(carrier: Carrier) -> None:
    assert carrier.error("GET", "/v1/nothing")[:2] == (404, "NotFound")
    assert carrier.error("GET", "/v1/connections/")[:2] == (404, "NotFound")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/connections", "GET, POST"),
        ("POST", "/v1/connections/x", "DELETE, GET, PATCH"),
        ("POST", "/v1/connections/x/state", "GET, PATCH"),
        ("GET", "/v1/connections/x/sync", "POST"),
        ("GET", "/v1/connections/x/resync", "POST"),
        ("GET", "/v1/connections/x/test", "POST"),
        ("GET", "/v1/connections/x/connect-card", "POST"),
        ("DELETE", "/v1/groups", "GET"),
    ],
)
def test_wrong_method_is_405(carrier: Carrier, method: str, path: str, allowed: str) -> None:
    response = carrier.request(method, path)
    assert (response.status_code, response.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("accept", ["text/html", "application/json;version=1", "*/*;q=0"])
def test_accept_without_json_is_406(carrier: Carrier, accept: str) -> None:
    assert carrier.error("GET", LIST, headers={"Accept": accept})[0] == 406


@pytest.mark.parametrize(
    "accept", ["application/json", "*/*", "text/html, application/json; version=2; q=0.5"]
)
def test_accept_with_json_is_served(carrier: Carrier, accept: str) -> None:
    assert carrier.request("GET", LIST, headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(("method", "suffix"), [("POST", ""), ("PATCH", "/x"), ("POST", "/x/sync")])
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_body_other_than_json_is_415(
    carrier: Carrier, method: str, suffix: str, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type}
    assert carrier.error(method, LIST + suffix, data=b"{}", headers=headers)[0] == 415


def test_answers_tell_the_rate_limit(carrier: Carrier) -> None:
    first = carrier.request("GET", LIST).headers
    second = carrier.request("GET", LIST).headers
    assert first["X-Rate-Limit"] == "20000"
    assert int(first["X-Rate-Limit-Remaining"]) - int(second["X-Rate-Limit-Remaining"]) == 1


def test_exhausted_rate_limit_is_429_until_time_has_passed(carrier: Carrier) -> None:
    # Given a limit of two requests in a minute
    carrier.configure(rate_limit=2, rate_window_seconds=60, enforce_rate_limit=True)
    # When three are sent
    responses = [carrier.request("GET", LIST) for _ in range(3)]
    # Then the third is refused, and served after the time that the answer names
    assert [response.status_code for response in responses] == [200, 200, 429]
    carrier.advance(int(responses[2].headers["Retry-After"]))
    assert carrier.request("GET", LIST).status_code == 200
