"""Whatever answers in Elasticsearch's place, no connector is taken for gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from api_front import Front, Situation, changed, document, page, writes
from elastic_server import WIKI, ElasticSandbox, serving
from kept_project import KeptProject
from provider_process import ProviderProcess
from vendor import ELASTIC
from workspace import wait_until

from constructs_lib.sandbox.common.messages import Answers, ApiRequest, ApiResponse

FORUM = "forum"
"""A second connector."""
STATUS = "elasticops_connector_status.wiki"
RESOURCES = {STATUS, "elasticops_connector_status.forum"}
EVERY = {*RESOURCES, "data.elasticops_connector.wiki"}
PROJECT = """
resource "elasticops_connector_status" "wiki" {{
  connector_id = "{wiki}"
  status       = "{status}"
  timeouts     = {{ update = "3s" }}
}}
resource "elasticops_connector_status" "forum" {{
  connector_id = "{forum}"
  status       = "{status}"
  timeouts     = {{ update = "3s" }}
}}
"""
DATA = 'data "elasticops_connector" "wiki" {{ connector_id = "{wiki}" }}\n'
PRODUCT = {"X-elastic-product": "Elasticsearch"}


def _missing(kind: str, reason: str) -> dict[str, Any]:
    cause = {"type": kind, "reason": reason}
    return {"error": {"root_cause": [cause], **cause}, "status": 404}


def _another(request: ApiRequest, api: Answers) -> ApiResponse | None:
    if request.method != "GET" or not request.path.startswith("/_connector/"):
        return None
    return changed(lambda original: {**original, "id": "somebody_elses"})(request, api)


def _nothing_of(name: str) -> Situation:
    def change(original: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in original.items() if key != name}

    return changed(change)


GONE = "resource_not_found_exception"
CASES: dict[str, Situation] = {
    "a proxy's 404": page(404, "404 Not Found"),
    "a maintenance page": page(200, "We are back soon"),
    "a page that names the product": document(200, "<html>", PRODUCT),
    "another product without it": document(404, {"error": "not_found"}),
    "another product with it": document(200, {"id": WIKI, "status": "connected"}),
    "a wrong path": document(404, {"error": "no handler found for uri [/x] and method [GET]"}),
    "a missing index": document(404, _missing("index_not_found_exception", "no index"), PRODUCT),
    "not the product's word": document(404, _missing(GONE, f"connector [{WIKI}] not found")),
    "a longer name is gone": document(
        404, _missing(GONE, "connector [wikiforum] not found"), PRODUCT
    ),
    "another connector": _another,
    "no document": document(200, {}, PRODUCT),
    "a list": document(200, [], PRODUCT),
    "no identifier": _nothing_of("id"),
    "no status": _nothing_of("status"),
    "an error in a success": document(200, _missing(GONE, f"connector [{WIKI}]"), PRODUCT),
}
OWN = {
    "a missing index",
    "a longer name is gone",
    "another connector",
    "no document",
    "no identifier",
    "no status",
    "an error in a success",
}
"""What has the form of Elasticsearch's answers: each resource tells of it, not all of them once."""
WRITES: dict[str, Situation] = {
    "a proxy's 404": page(404, "404 Not Found"),
    "a maintenance page": page(200, "We are back soon"),
    "another product": document(200, {"result": "updated"}),
    "not the product's word": document(404, _missing(GONE, f"connector [{WIKI}] not found")),
    "no result": document(200, {}, PRODUCT),
}


class Stand(NamedTuple):
    """A project that is applied, and what stands between it and Elasticsearch."""

    project: KeptProject
    elastic: ElasticSandbox
    front: Front

    def write(self, *, status: str = "error") -> None:
        """Write the project as it is applied, or with another status."""
        body = PROJECT + (DATA if status == "error" else "")
        self.project.write(body.format(wiki=WIKI, forum=FORUM, status=status))

    def sent(self) -> list[str]:
        """Return the paths of all write requests since the last call, whomever they reached."""
        caught = [each.path for each in self.front.caught if each.method != "GET"]
        return caught + [path for _, path, _ in self.elastic.writes()]

    def check_right_again(self) -> None:
        """Check that with Elasticsearch's own answers there is nothing to do."""
        assert self.project.unsettled() == ""


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The project, applied once: no test here may change anything of it."""
    path = tmp_path_factory.mktemp("wrong_answers")
    fronts: list[Front] = []

    def before(api: Answers) -> Answers:
        fronts.append(Front(api))
        return fronts[0]

    with serving(path / "elastic.sqlite3", before=before) as elastic:
        elastic.store.add_connector(FORUM)
        (path / "work").mkdir()
        process = ProviderProcess(path / "work", path / "provider.log", ELASTIC.provider)
        project = KeptProject(path / "work", elastic.url, process, ELASTIC)
        stand = Stand(project, elastic, fronts[0])
        stand.write()
        project.run("apply", "-auto-approve", "-input=false")
        project.remember()
        yield stand
        project.close()
        process.end()


@pytest.fixture
def stand(applied: Stand) -> Iterator[Stand]:
    applied.elastic.writes()
    applied.front.caught.clear()
    yield applied
    applied.project.restore()
    applied.write()


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_elasticsearch_takes_nothing_away(stand: Stand, name: str) -> None:
    words = f"{stand.elastic.url}/_connector/"

    with stand.front.acting(CASES[name]):
        for arguments, addresses in (
            (["plan"], EVERY),
            (["apply", "-auto-approve"], EVERY),
            (["destroy", "-auto-approve"], RESOURCES),
        ):
            once = name not in OWN
            stand.project.fails(*arguments, struck=addresses, words=words, once=once)
        assert stand.sent() == []

    stand.check_right_again()
    assert stand.sent() == []


@pytest.mark.parametrize("command", ["plan", "refresh"])
def test_a_page_of_503_takes_no_connector_away(stand: Stand, command: str) -> None:
    with stand.front.acting(page(503, "Maintenance")):
        running = stand.project.start(command, "-input=false", "-no-color")
        wait_until(lambda: len(stand.front.caught) > len(EVERY))
        # It is repeated for as long as a read may take, which nobody here waits for.
        output = stand.project.interrupt(running)

    assert running.returncode == 1, output
    assert stand.project.identifiers() == stand.project.kept, output
    stand.check_right_again()


@pytest.mark.parametrize("name", WRITES)
def test_a_status_that_something_else_answers_is_an_error(stand: Stand, name: str) -> None:
    stand.write(status="connected")

    with stand.front.acting(writes(WRITES[name])):
        stand.project.fails("apply", "-auto-approve", struck=RESOURCES, words="/_connector/")

    assert stand.elastic.writes() == []
    stand.write()
    stand.project.restore()
    stand.check_right_again()


def _another_cluster(request: ApiRequest, api: Answers) -> ApiResponse | None:
    name = request.path.rpartition("/")[2]
    return document(404, _missing(GONE, f"connector [{name}] not found"), PRODUCT)(request, api)


def test_a_cluster_without_any_of_them_takes_nothing_away(stand: Stand) -> None:
    words = f"All 2 managed connectors .* are gone .*According to {stand.elastic.url}"

    with stand.front.acting(_another_cluster):
        for arguments in (["plan"], ["apply", "-auto-approve"], ["destroy", "-auto-approve"]):
            output = stand.project.fails(
                *arguments, struck=(), words=words, once=True, shows_plan=True
            )
            assert "allow_vanished = true" in output
        assert stand.sent() == []

    stand.check_right_again()


def test_what_elasticsearch_says_is_gone_is_taken_away(stand: Stand) -> None:
    gone = document(404, _missing(GONE, f"connector [{WIKI}] not found"), PRODUCT)

    with stand.front.acting(gone):
        plan = stand.project.plan("-refresh-only", f"-target={STATUS}")

    drift = {each["address"]: each["change"]["actions"] for each in plan.document["resource_drift"]}
    assert drift == {STATUS: ["delete"]}
