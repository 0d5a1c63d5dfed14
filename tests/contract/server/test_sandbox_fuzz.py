"""Requests at random, by a contract: no server error, and no answer that breaks its schema.

A few run with all other tests, always the same; ``FUZZ_EXAMPLES=1000`` runs as many for each
endpoint, at random, as ``make soak`` does.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from sandbox_openapi import GROUP, POSTGRES, SDK, contract, destination_keys
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from constructs_lib.sandbox import Store
from constructs_lib.sandbox.common.server import SandboxServer
from constructs_lib.sandbox.fivetran.api import Api
from constructs_lib.sandbox.fivetran.records import Connection

POSITIVE = schemathesis.GenerationMode.POSITIVE
MODES = list(schemathesis.GenerationMode)
EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SETTINGS = settings(
    max_examples=int(EXAMPLES or "3"),
    stateful_step_count=8,
    derandomize=EXAMPLES is None,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
DOCUMENT = schemathesis.openapi.from_dict(contract())
OPERATIONS = [found.ok() for found in DOCUMENT.get_all_operations()]


class Stand:
    """A sandbox behind a real server, and a session with it."""

    def __init__(self, store: Store, url: str, session: requests.Session) -> None:
        self.store = store
        self.url = url
        self.session = session

    def empty(self) -> None:
        """Leave two connections, of which the one has a state and the other a scope."""
        with self.store.transaction() as tables:
            self.store.seed(tables)
            for name, service in ((SDK, "connector_sdk"), (POSTGRES, "postgres")):
                destination = dict.fromkeys(destination_keys(service), name)
                made = Connection(name, GROUP, service, name, "2026-01-01T00:00:00Z", destination)
                made.state, made.setup_state = {"cursor": 1}, "connected"
                made.succeeded_at = made.created_at
                tables.insert(made)


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with Store(None) as store, SandboxServer(Api(store)) as server, requests.Session() as session:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        session.auth, session.trust_env = ("sandbox", "sandbox"), False
        yield Stand(store, server.url, session)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_random_request_is_answered_by_the_contract(
    stand: Stand, operation: schemathesis.APIOperation, mode: schemathesis.GenerationMode
) -> None:
    @SETTINGS
    @given(operation.as_strategy(generation_mode=mode))
    def answers_by_the_contract(case: schemathesis.Case) -> None:
        stand.empty()
        response = case.call(base_url=stand.url, session=stand.session)
        case.validate_response(response, checks=CHECKS)
        if mode is POSITIVE:
            assert response.status_code != 400, response.text

    answers_by_the_contract()


def test_random_life_of_connections_is_by_the_contract(stand: Stand) -> None:
    class Life(DOCUMENT.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            stand.empty()

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"base_url": stand.url, "session": stand.session}

        def validate_response(
            self, response: schemathesis.Response, case: schemathesis.Case, **_: Any
        ) -> None:
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(Life, settings=SETTINGS)
