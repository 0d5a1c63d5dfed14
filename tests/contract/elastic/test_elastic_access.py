from __future__ import annotations

import base64

import pytest
from elastic_carriers import ElasticCarrier, ElasticEmbedded

from constructs_lib.sandbox.elastic import ElasticAdapter, ElasticCredentials

BASIC = "Basic " + base64.b64encode(b"sandbox:sandbox").decode()
PATH = "/_connector/sandbox_wiki"


@pytest.mark.parametrize(
    "login", ["ApiKey c2FuZGJveDpzYW5kYm94", "apikey c2FuZGJveDpzYW5kYm94", BASIC, "Bearer sandbox"]
)
def test_each_kind_of_credentials_is_accepted(elastic: ElasticCarrier, login: str) -> None:
    response = elastic.request("GET", PATH, headers={"Authorization": login})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "login",
    [None, "", "ApiKey", "ApiKey eDp5", "Bearer eDp5", "Basic eDp5", "Digest x", "ApiKey é"],
)
def test_no_credentials_or_wrong_ones_are_401(elastic: ElasticCarrier, login: str | None) -> None:
    del elastic.session.headers["Authorization"]
    headers = {} if login is None else {"Authorization": login.encode("latin-1")}
    code, kind, _ = elastic.refusal("GET", PATH, headers=headers)
    assert (code, kind) == (401, "security_exception")


def test_refused_credentials_are_told_what_is_accepted(elastic: ElasticCarrier) -> None:
    response = elastic.request("GET", PATH, headers={"Authorization": "Bearer x"})
    assert "ApiKey" in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("login", "code"), [(None, 200), ("Bearer x", 401)])
def test_embedded_needs_no_credentials_but_refuses_wrong_ones(login: str | None, code: int) -> None:
    embedded = ElasticEmbedded(None)
    embedded.session.mount("sandbox://elastic", ElasticAdapter(None))
    del embedded.session.headers["Authorization"]
    with embedded.session:
        headers = {} if login is None else {"Authorization": login}
        assert embedded.request("GET", PATH, headers=headers).status_code == code


def test_credentials_stay_out_of_representations() -> None:
    shown = repr(ElasticCredentials("k3y", "user", "passw0rd", "t0ken"))
    assert not any(secret in shown for secret in ("k3y", "passw0rd", "t0ken"))


def test_writes_without_the_privilege_are_403(elastic: ElasticCarrier) -> None:
    elastic.configure(manage_connector=False)
    for method, path in (("PUT", f"{PATH}/_status"), ("PUT", PATH), ("DELETE", PATH)):
        code, kind, reason = elastic.refusal(method, path, json={"status": "error"})
        assert (code, kind) == (403, "security_exception")
        assert "manage_connector" in reason
    assert elastic.status("sandbox_wiki") == "created"


def test_successful_answers_name_the_product(elastic: ElasticCarrier) -> None:
    for method, path in (("GET", "/"), ("GET", PATH), ("PUT", f"{PATH}/_check_in")):
        assert elastic.request(method, path).headers["X-elastic-product"] == "Elasticsearch"


def test_refusals_name_the_product(elastic: ElasticCarrier) -> None:
    for method, path in (("GET", "/_connector/nobody"), ("PUT", f"{PATH}/_status")):
        response = elastic.request(method, path, json={} if method == "PUT" else None)
        assert response.status_code in (400, 404)
        assert response.headers["X-elastic-product"] == "Elasticsearch"


@pytest.mark.parametrize("flavor", ["default", "serverless"])
def test_server_tells_its_version(elastic: ElasticCarrier, flavor: str) -> None:
    elastic.configure(version="8.14.3", build_flavor=flavor)
    version = elastic.data("GET", "/")["version"]
    assert (version["number"], version["build_flavor"]) == ("8.14.3", flavor)


def test_head_of_the_root_has_no_body(elastic: ElasticCarrier) -> None:
    response = elastic.request("HEAD", "/")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0


def test_unknown_path_is_400(elastic: ElasticCarrier) -> None:
    response = elastic.request("GET", "/_connector/a/_nothing")
    message = "no handler found for uri [/_connector/a/_nothing] and method [GET]"
    assert (response.status_code, response.json()) == (400, {"error": message, "status": 400})


def test_wrong_method_is_405(elastic: ElasticCarrier) -> None:
    response = elastic.request("PATCH", PATH, json={})
    assert (response.status_code, response.headers["Allow"]) == (405, "DELETE, GET, PUT")
    assert "allowed: [DELETE, GET, PUT]" in response.json()["error"]


def test_body_that_is_not_json_is_406(elastic: ElasticCarrier) -> None:
    headers = {"Content-Type": "text/plain"}
    response = elastic.request("PUT", f"{PATH}/_status", data="x", headers=headers)
    assert response.status_code == 406


@pytest.mark.parametrize(
    ("version", "asked", "code"),
    [("9.1.0", 9, 200), ("9.1.0", 8, 200), ("9.1.0", 7, 400), ("8.19.0", 9, 400)],
)
def test_client_gets_its_own_version_or_400(
    elastic: ElasticCarrier, version: str, asked: int, code: int
) -> None:
    elastic.configure(version=version)
    media_type = f"application/vnd.elasticsearch+json;compatible-with={asked}"
    response = elastic.request("GET", PATH, headers={"Accept": media_type})
    assert (response.status_code, response.headers["Content-Type"]) == (code, media_type)


def test_plain_json_is_answered_with_plain_json(elastic: ElasticCarrier) -> None:
    assert elastic.request("GET", PATH).headers["Content-Type"] == "application/json"
