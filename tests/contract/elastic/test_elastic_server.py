from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests
from elastic_carriers import API_KEY, ElasticServed, serving_elastic
from sandbox_carriers import Served, running

from constructs_lib.sandbox import SandboxError, Store
from constructs_lib.sandbox.__main__ import main
from constructs_lib.sandbox.elastic import ElasticAdapter, ElasticStore

WRITER = """
import sys, requests
from constructs_lib.sandbox.elastic import ElasticAdapter
with requests.Session() as session:
    session.mount("sandbox://elastic", ElasticAdapter(sys.argv[1]))
    for number in range(20):
        path = f"sandbox://elastic/_connector/{sys.argv[2]}-{number}"
        assert session.put(path, json={"name": "x"}).status_code == 201
        assert session.put(f"{path}/_status", json={"status": "error"}).status_code == 200
"""


def test_both_apis_are_served_by_one_process(tmp_path: Path) -> None:
    files = ("--database", str(tmp_path / "f.db"), "--elastic-database", str(tmp_path / "e.db"))
    with running(2, *files) as lines:
        fivetran, elastic = Served(lines[0].split()[4]), ElasticServed(lines[1].split()[5])
        with fivetran.session, elastic.session:
            assert len(fivetran.data("GET", "/v1/groups")["items"]) == 2
            assert elastic.data("GET", "/_connector")["count"] == 1


def test_everything_survives_a_restart_of_the_server(tmp_path: Path) -> None:
    database = tmp_path / "elastic.db"
    with serving_elastic(database, "--elastic-version", "8.14.1") as url:
        served = ElasticServed(url)
        with served.session:
            assert served.put_status("sandbox_wiki", "error").status_code == 200
            assert served.request("GET", "/_sandbox/journal").status_code == 400
    with serving_elastic(database, "--elastic-api-key", "own") as url:
        served = ElasticServed(url)
        with served.session:
            assert served.request("GET", "/").status_code == 401
            served.session.headers["Authorization"] = "ApiKey own"
            assert served.status("sandbox_wiki") == "error"
            assert served.data("GET", "/")["version"]["number"] == "8.14.1"


def test_control_asks_for_credentials_and_is_not_in_the_journal(elastic_server: str) -> None:
    served = ElasticServed(elastic_server)
    with served.session:
        served.clean()
        assert served.journal() == []
        wrong = {"Authorization": "Bearer x"}
        assert served.refusal("GET", "/_sandbox/journal", headers=wrong)[0] == 401
        assert served.refusal("PATCH", "/_sandbox/settings", json={"version": "x"})[0] == 400
        assert served.data("GET", "/_sandbox/settings")["version"] == "9.1.0"


def test_unreadable_body_is_refused_as_elastic_does(elastic_server: str) -> None:
    served = ElasticServed(elastic_server)
    headers = {"Content-Length": "-1"}
    with served.session:
        refusal = served.refusal("PUT", "/_connector/sandbox_wiki/_status", headers=headers)
    assert refusal[:2] == (400, "illegal_argument_exception")


def test_unknown_method_is_refused_as_elastic_does(elastic_server: str) -> None:
    served = ElasticServed(elastic_server)
    with served.session:
        response = served.request("TRACE", "/_connector/sandbox_wiki/_status")
    assert (response.status_code, response.json()["status"]) == (405, 405)


def test_many_processes_write_one_file(tmp_path: Path) -> None:
    database = tmp_path / "elastic.db"
    commands = [[sys.executable, "-c", WRITER, str(database), name] for name in ("a", "b", "c")]
    writers = [subprocess.Popen(command) for command in commands]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    with ElasticStore(database) as store:
        assert len(store.journal()) == 120
        for name in ("a", "b", "c"):
            made = [store.connector(f"{name}-{number}") for number in range(20)]
            assert [one.status if one else None for one in made] == ["error"] * 20


def test_file_of_the_other_sandbox_is_left_alone(tmp_path: Path) -> None:
    fivetran, elastic = tmp_path / "f.db", tmp_path / "e.db"
    Store(fivetran).close()
    ElasticStore(elastic).close()
    before = fivetran.read_bytes(), elastic.read_bytes()
    with pytest.raises(SandboxError, match="not a sandbox database"):
        ElasticStore(fivetran)
    with pytest.raises(SandboxError, match="not a sandbox database"):
        Store(elastic)
    assert (fivetran.read_bytes(), elastic.read_bytes()) == before


def test_closed_sandbox_is_503() -> None:
    adapter = ElasticAdapter(None)
    adapter.close()
    with requests.Session() as session:
        session.mount("sandbox://elastic", adapter)
        response = session.get("sandbox://elastic/", headers={"Authorization": API_KEY})
    assert response.status_code == 503
    assert "the sandbox is closed" in response.json()["error"]["reason"]


def test_commands_work_on_a_file_of_elastic(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = ("--database", str(tmp_path / "elastic.db"))
    assert main(["add-connector", *file, "shop", "--service-type", "mysql"]) == 0
    assert main(["configure-elastic", *file, "--elastic-version", "8.13.4"]) == 0
    assert '"version": "8.13.4"' in capsys.readouterr().out
    with requests.Session() as session:
        session.mount("sandbox://elastic", ElasticAdapter(tmp_path / "elastic.db"))
        assert session.get("sandbox://elastic/_connector/shop").json()["service_type"] == "mysql"
    assert main(["journal", *file]) == 0
    assert capsys.readouterr().out.rstrip().endswith("200  GET    /_connector/shop")
    assert main(["reset", *file]) == 0
    with ElasticStore(tmp_path / "elastic.db") as store:
        assert (store.journal(), store.connector("shop")) == ([], None)


def test_wrong_version_is_one_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = ("--database", str(tmp_path / "elastic.db"))
    assert main(["configure-elastic", *file, "--elastic-version", "new"]) == 1
    assert "version must be" in capsys.readouterr().err


def test_serving_nothing_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve"])
    assert ended.value.code == 2
    assert "--elastic-database" in capsys.readouterr().err
