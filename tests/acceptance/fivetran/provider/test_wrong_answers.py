"""Whatever answers in the API's place, nothing that exists is taken for gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from api_front import READS, Front, Situation, changed, document, only, page, writes
from kept_project import KeptProject
from provider_process import ProviderProcess
from sandbox_server import Sandbox, serving
from vendor import FIVETRAN
from workspace import wait_until

from constructs_lib.sandbox.common.messages import Answers, ApiRequest, ApiResponse

ORDERS = "fivetranops_connection.orders"
CURSOR = "fivetranops_connection_state.cursor"
RESOURCES = {
    ORDERS,
    CURSOR,
    "fivetranops_connection_sync.now",
    "fivetranops_connection_test.gate",
    "fivetranops_connect_card.card",
}
STATES = {CURSOR, "data.fivetranops_connection_state.cursor"}
"""What reads the state of a connection, and not the connection itself."""
LISTS = {"data.fivetranops_connection.by_name", "data.fivetranops_connections.every"}
"""What reads a list of connections."""
CARD = {"ephemeral.fivetranops_connect_card.card"}
"""What only sends a write request, in each run."""
EVERY = {*RESOURCES, *STATES, *LISTS, *CARD, "data.fivetranops_connection.by_id"}
LIST = "/v1/connections"
PROJECT = """
resource "fivetranops_connection" "orders" {{
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = {{ schema_prefix = "orders", host = "db.example.com" }}
  paused   = {paused}
  timeouts = {{ update = "3s", delete = "3s" }}
}}
resource "fivetranops_connection_state" "cursor" {{
  connection_id = "{invoices}"
  state         = {{ cursor = {cursor} }}
  on_destroy    = "restore"
  timeouts      = {{ update = "3s", delete = "3s" }}
}}
resource "fivetranops_connection_sync" "now" {{
  connection_id = "{shop}"
  triggers      = {{ cursor = {cursor} }}
  timeouts      = {{ update = "3s" }}
}}
resource "fivetranops_connection_test" "gate" {{
  connection_id = "{tested}"
  triggers      = {{ cursor = {cursor} }}
  timeouts      = {{ update = "3s" }}
}}
resource "fivetranops_connect_card" "card" {{
  connection_id = "{shop}"
  redirect_uri  = "https://example.com"
  triggers      = {{ cursor = {cursor} }}
  timeouts      = {{ update = "3s" }}
}}
data "fivetranops_connection" "by_id" {{ connection_id = "{shop}" }}
data "fivetranops_connection" "by_name" {{
  group_id = "sandbox_warehouse"
  schema   = "shop"
}}
data "fivetranops_connections" "every" {{}}
data "fivetranops_connection_state" "cursor" {{ connection_id = "{invoices}" }}
"""
EPHEMERAL = """
ephemeral "fivetranops_connect_card" "card" {{
  connection_id = "{shop}"
  redirect_uri  = "https://example.com"
}}
"""


class Case(NamedTuple):
    """What answers in the API's place."""

    situation: Situation
    struck: set[str] = EVERY
    """The addresses that cannot do without the API's own answer."""
    names_host: bool = True
    """False for what is an answer of the API, of which the path says enough."""
    once: bool = False
    """True if nothing that is the API's is answered at all: the resources tell of it once."""


def _is_one(request: ApiRequest) -> bool:
    """Return True if a request reads one connection, and nothing below it."""
    return request.method == "GET" and request.path.count("/") == 3


def _somebody_elses(request: ApiRequest, api: Answers) -> ApiResponse | None:
    other = changed(
        lambda original: {**original, "data": {**original["data"], "id": "somebody_elses"}}
    )
    return other(request, api) if _is_one(request) else None


def _without_id(request: ApiRequest, api: Answers) -> ApiResponse | None:
    def change(original: dict[str, Any]) -> dict[str, Any]:
        return {
            **original,
            "data": {name: each for name, each in original["data"].items() if name != "id"},
        }

    return changed(change)(request, api) if _is_one(request) else None


ONE = EVERY - STATES - LISTS - CARD
CASES = {
    "a proxy's 404": Case(page(404, "404 Not Found"), once=True),
    "a maintenance page": Case(page(200, "We are back soon"), once=True),
    "another product without it": Case(document(404, {"error": "not_found"}), once=True),
    "another product with it": Case(document(200, {"id": "x", "status": "connected"}), once=True),
    "a gateway without a route": Case(document(404, {"code": 404, "message": "No"}), once=True),
    "a list": Case(document(200, []), once=True),
    "nothing": Case(document(200, None), once=True),
    "a wrong path": Case(document(404, {"code": "NotFound", "message": "HTTP 404 Not Found"})),
    "a missing group": Case(document(404, {"code": "NotFound_Group", "message": "No group x"})),
    "no object": Case(document(200, {"code": "Success", "message": "", "data": {}})),
    "no data": Case(document(200, {"code": "Success"})),
    "no code": Case(document(200, {"data": {"id": "x"}}), once=True),
    "an error in a success": Case(
        document(200, {"code": "InternalError", "message": "Try later"}), names_host=False
    ),
    "an error beside the data": Case(
        only(READS, changed(lambda original: {**original, "code": "NotFound_Connection"})),
        EVERY - CARD,
        names_host=False,
    ),
    "another connection": Case(_somebody_elses, ONE),
    "no identifier": Case(_without_id, ONE),
}  # fmt: skip


class Stand(NamedTuple):
    """A project that is applied, and what stands between it and the API."""

    project: KeptProject
    sandbox: Sandbox
    front: Front
    names: dict[str, str]
    """The identifiers of connections that a person made, by the names in the project."""

    def write(self, *, changed: bool = False) -> None:
        """Write the project as it is applied, or with a change of each resource."""
        if changed:
            # The ephemeral card is issued by the plan already, which must succeed here.
            self.project.write(PROJECT.format(**self.names, cursor=2, paused="true"))
        else:
            self.project.write((PROJECT + EPHEMERAL).format(**self.names, cursor=1, paused="false"))

    def check_right_again(self) -> None:
        """Check that with the API's own answers there is nothing to do."""
        assert self.project.unsettled() == ""

    def writes(self) -> list[tuple[str, str, Any]]:
        """Return the write requests since the last call that reached anybody, cards left out."""
        sent = [(each.method, each.path, each.body) for each in self.front.caught]
        sent = [each for each in sent if each[0] not in READS] + self.sandbox.writes()
        return [each for each in sent if not each[1].endswith("/connect-card")]


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The project, applied once: no test here may change anything of it."""
    path = tmp_path_factory.mktemp("wrong_answers")
    fronts: list[Front] = []

    def before(api: Answers) -> Answers:
        fronts.append(Front(api))
        return fronts[0]

    with serving(path / "sandbox.sqlite3", before) as sandbox:
        names = {
            "shop": sandbox.add("postgres", schema_prefix="shop", host="shop.example.com"),
            # Two writes to one connection would wait for one another.
            "tested": sandbox.add("postgres", schema_prefix="tested", host="x.example.com"),
            "invoices": sandbox.add("connector_sdk", schema="invoices", package_id="p"),
        }
        (path / "work").mkdir()
        process = ProviderProcess(path / "work", path / "provider.log")
        project = KeptProject(path / "work", sandbox.url, process, FIVETRAN)
        stand = Stand(project, sandbox, fronts[0], names)
        stand.write()
        project.run("apply", "-auto-approve", "-input=false")
        project.remember()
        yield stand
        project.close()
        process.end()


@pytest.fixture
def stand(applied: Stand) -> Iterator[Stand]:
    applied.sandbox.writes()
    applied.front.caught.clear()
    yield applied
    applied.project.restore()
    applied.write()


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_the_api_takes_nothing_away(stand: Stand, name: str) -> None:
    situation, struck, names_host, once = CASES[name]
    words = f"{stand.sandbox.url if names_host else ''}/v1/connections"
    managed = struck & RESOURCES

    with stand.front.acting(situation):
        for arguments, addresses in (
            (["plan"], struck),
            (["apply", "-auto-approve"], struck),
            (["destroy", "-auto-approve"], managed),
        ):
            stand.project.fails(*arguments, struck=addresses, words=words, once=once)
        assert stand.writes() == []

    stand.check_right_again()
    assert stand.writes() == []


@pytest.mark.parametrize("command", ["plan", "refresh"])
def test_a_page_of_503_takes_nothing_away(stand: Stand, command: str) -> None:
    with stand.front.acting(page(503, "Maintenance")):
        running = stand.project.start(command, "-input=false", "-no-color")
        wait_until(lambda: len(stand.front.caught) > len(RESOURCES))
        # It is repeated for as long as a read may take, which nobody here waits for.
        output = stand.project.interrupt(running)

    assert running.returncode == 1, output
    assert "will be created" not in output
    assert stand.project.identifiers() == stand.project.kept, output
    assert stand.writes() == []
    stand.check_right_again()


def _account_with(*connections: dict[str, str]) -> Situation:
    """Return the API as it answers the key of an account that has only these connections."""
    gone = document(404, {"code": "NotFound_Connection", "message": "It does not exist"})
    listed = document(200, {"code": "Success", "message": "", "data": {"items": connections}})
    return lambda request, api: (listed if request.path == LIST else gone)(request, api)


ACCOUNTS = {
    "an empty account": _account_with(),
    "another account": _account_with({"id": "theirs", "group_id": "g", "schema": "s"}),
}


@pytest.mark.parametrize("name", ACCOUNTS)
def test_an_account_without_any_of_them_takes_nothing_away(stand: Stand, name: str) -> None:
    words = f"All 4 managed connections .* are gone .*According to {stand.sandbox.url}"

    with stand.front.acting(ACCOUNTS[name]):
        for arguments in (["plan"], ["apply", "-auto-approve"], ["destroy", "-auto-approve"]):
            output = stand.project.fails(
                *arguments, struck=(), words=words, once=True, shows_plan=True
            )
            assert "allow_vanished = true" in output
        assert stand.writes() == []

    stand.check_right_again()


WRITES = {
    "a proxy's 404": page(404, "404 Not Found"),
    "a maintenance page": page(200, "We are back soon"),
    "another product": document(404, {"error": "not_found"}),
    "a wrong path": document(404, {"code": "NotFound", "message": "HTTP 404 Not Found"}),
    "a missing group": document(404, {"code": "NotFound_Group", "message": "No group x"}),
    "an error in a success": document(200, {"code": "InternalError", "message": "Try later"}),
    "no code": document(200, {"message": "ok"}),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_change_that_something_else_answers_is_an_error(stand: Stand, name: str) -> None:
    stand.write(changed=True)

    with stand.front.acting(writes(WRITES[name])):
        stand.project.fails("apply", "-auto-approve", struck=RESOURCES, words="/v1/connections")

    assert stand.sandbox.writes() == []
    stand.write()
    stand.project.restore()
    stand.check_right_again()


DELETIONS = [
    *((ORDERS, name) for name in WRITES),
    (CURSOR, "a proxy's 404"),
    (CURSOR, "an error in a success"),
]


@pytest.mark.parametrize(("address", "name"), DELETIONS)
def test_a_deletion_that_something_else_answers_is_an_error(
    stand: Stand, name: str, address: str
) -> None:
    with stand.front.acting(writes(WRITES[name])):
        arguments = ("destroy", "-auto-approve", f"-target={address}")
        stand.project.fails(*arguments, struck={address}, words="/v1/connections")

    assert stand.sandbox.writes() == []
    assert stand.project.kept[ORDERS] in {each["id"] for each in stand.sandbox.connections()}
    stand.check_right_again()


GONE = [
    *((each, "NotFound_Connection") for each in sorted(RESOURCES)),
    (ORDERS, "NotFound_Connector"),
]


@pytest.mark.parametrize(("address", "code"), GONE)
def test_what_the_api_says_is_gone_is_taken_away(stand: Stand, address: str, code: str) -> None:
    message = f"Connection with id '{stand.project.kept[address]}' does not exist"

    with stand.front.acting(document(404, {"code": code, "message": message})):
        plan = stand.project.plan("-refresh-only", f"-target={address}")

    drift = {each["address"]: each["change"]["actions"] for each in plan.document["resource_drift"]}
    assert drift == {address: ["delete"]}


def test_a_path_too_much_takes_nothing_away(stand: Stand) -> None:
    right = dict(stand.project.environment)
    stand.project.environment["FIVETRAN_API_URL"] = f"{stand.sandbox.url}/v1"
    try:
        output = stand.project.run("plan", "-input=false")
        assert "No changes" in output
    finally:
        stand.project.environment = right

    assert stand.project.identifiers() == stand.project.kept
    stand.check_right_again()
