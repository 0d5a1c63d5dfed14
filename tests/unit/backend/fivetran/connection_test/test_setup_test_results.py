"""What setup tests found: the worst of it, what shuts a gate, and nothing secret."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport
from constructs_lib.backend.fivetran.connection.resource import ConnectionResource
from constructs_lib.backend.fivetran.connection_test import resource
from constructs_lib.backend.fivetran.connection_test.resource import ConnectionTestResource
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

SECRET = "canary-pa55word"


def result(status: str, **more: Any) -> dict[str, Any]:
    return {"title": "Validate Login", "status": status, **more}


def found(*statuses: str) -> list[resource.SetupTestResult]:
    return resource.setup_test_results(
        {"id": "abc", "setup_tests": [result(status) for status in statuses]}, ()
    )


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        ((), "PASSED"),
        (("PASSED", "SKIPPED"), "SKIPPED"),
        (("WARNING", "PASSED"), "WARNING"),
        (("FAILED", "WARNING"), "FAILED"),
        (("FAILED", "JOB_FAILED"), "JOB_FAILED"),
        (("failed",), "FAILED"),
        (("JOB_FAILED", "ABORTED"), "ABORTED"),
    ],
)
def test_the_worst_status_counts(statuses: tuple[str, ...], worst: str) -> None:
    assert resource.worst(found(*statuses)) == worst


@pytest.mark.parametrize(
    ("fail_on", "refused"),
    [
        ("failed", ["FAILED", "JOB_FAILED", "ABORTED"]),
        ("warning", ["WARNING", "FAILED", "JOB_FAILED", "ABORTED"]),
        ("never", []),
    ],
)
def test_fail_on_refuses_from_a_status_on(fail_on: str, refused: list[str]) -> None:
    everything = found(*resource.STATUSES, "ABORTED")

    assert [one.status for one in resource.failing_results(everything, fail_on)] == refused


@pytest.mark.parametrize("tests", [None, "", {}, [None], ["PASSED"]])
def test_an_answer_without_results_does_not_open_a_gate(tests: Any) -> None:
    with pytest.raises(errors.InvalidResponse, match=r"no list under data\.setup_tests"):
        resource.setup_test_results({"id": "abc", "setup_tests": tests}, ())


@pytest.mark.parametrize(
    ("details", "text"),
    [
        (None, None),
        ("", None),
        ({}, None),
        ("as it is", "as it is"),
        ({"port": 5432}, '{"port": 5432}'),
        ([1.5], "[1.5]"),
    ],
)
def test_details_are_text(details: Any, text: str | None) -> None:
    answer = {"setup_tests": [result("FAILED", details=details)]}

    assert resource.setup_test_results(answer, ())[0].details == text


def test_what_is_named_like_a_secret_or_is_one_is_hidden() -> None:
    details = {"password": "unknown to us", "tried": f"user:{SECRET}@host"}
    answer = {"setup_tests": [result("FAILED", message=f"no {SECRET}", details=details)]}

    (only,) = resource.setup_test_results(answer, [SECRET])

    assert only.message == "no (hidden)"
    assert only.details == '{"password": "(hidden)", "tried": "user:(hidden)@host"}'


class Provider:
    """The resources, with one account on a socket."""

    def __init__(self, api: ScriptedApi) -> None:
        self.api = api
        self.client = Client(FivetranTransport(api.url), "key", "secret", request_timeout=2.0)
        self.operation = Operation(
            Account(self.client, SecretHasher("key", "secret")), {}, threading.Event()
        )

    def plan_the_connection(self) -> None:
        """The connection is in state, and its configuration brings a secret."""
        attributes: dict[str, Any] = dict.fromkeys(ConnectionResource.schema.attributes)
        prior = {**attributes, "id": "abc", "config": Dynamic.of({"host": "h"})}
        secret = Dynamic.of({"password": SECRET})
        config = {**attributes, "config": prior["config"], "config_wo": secret}
        ConnectionResource().plan(Plan(config, prior, dict(prior)), self.operation)

    def test(self, **planned: Any) -> Any:
        values = {"connection_id": "abc", "fail_on": "failed", "tested_at": UNKNOWN, **planned}
        return ConnectionTestResource().create(values, {}, self.operation)


@pytest.fixture
def provider(api: ScriptedApi) -> Iterator[Provider]:
    made = Provider(api)
    yield made
    made.client.close()


def quoting(status: str) -> Answer:
    tests = [result(status, message=f"login {SECRET} refused", details={"url": f"//u:{SECRET}@h"})]
    data = {"id": "abc", "schema": "shop", "setup_tests": tests}
    return Answer(200, {"code": "Success", "data": data})


def test_a_secret_that_the_api_quotes_comes_into_no_state(provider: Provider) -> None:
    # Given a connection whose secret the provider has seen in this run
    provider.plan_the_connection()
    provider.api.answers = [quoting("WARNING")]
    # When its setup tests quote that secret
    state = provider.test()
    # Then it stands neither in the state nor in a message
    assert SECRET not in repr(state)
    assert state["results"][0]["message"] == "login (hidden) refused"
    details = [diagnostic.detail for diagnostic in provider.operation.diagnostics]
    assert len(details) == 1
    assert SECRET not in details[0]
    assert "login (hidden) refused" in details[0]


def test_a_secret_that_the_api_quotes_comes_into_no_error(provider: Provider) -> None:
    provider.plan_the_connection()
    provider.api.answers = [quoting("FAILED")]

    with pytest.raises(ProviderError) as refused:
        provider.test()

    assert SECRET not in refused.value.detail
    assert "(hidden)" in refused.value.detail
    assert provider.operation.saved is None


def test_a_body_is_never_missing(provider: Provider) -> None:
    provider.api.answers = [quoting("PASSED")]

    provider.test()

    assert [(seen.path, seen.body) for seen in provider.api.seen] == [
        ("/v1/connections/abc/test", {})
    ]
