"""The commands ``refresh``, ``show`` and ``search``; an account is a sandbox over a real socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from constructs_lib import schemas
from constructs_lib.sandbox import Api, Credentials, SandboxServer, Store
from constructs_lib.schemas.catalogue import service_facts
from constructs_lib.schemas.catalogue.__main__ import main
from constructs_lib.schemas.catalogue.service_facts import forget

Run = Callable[..., tuple[int, str, str]]
FILE = service_facts.PROJECT_NAME
SECRET = "s3cret-of-the-account"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command: exit status, standard output and standard error."""

    def _run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return _run


@pytest.fixture
def account(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an account whose credentials stand in the environment."""
    with (
        Store(None) as store,
        SandboxServer(Api(store, Credentials("key", SECRET))) as server,
    ):
        thread = Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("FIVETRAN_API_URL", server.url)
        monkeypatch.setenv("FIVETRAN_APIKEY", "key")
        monkeypatch.setenv("FIVETRAN_APISECRET", SECRET)
        yield server.url
        server.shutdown()
        thread.join()


def entry(name: str, file: str = FILE) -> object:
    return json.loads(Path(file).read_text(encoding="utf-8")).get(name)


def test_show_prints_fields_with_type_and_allowed_values(run: Run) -> None:
    status, out, _ = run("show", "postgres")

    lines = [line.split() for line in out.splitlines()]
    assert status == 0
    assert ["config.schema_prefix", "string", "config,", "required"] in lines
    assert ["config.port", "integer", "config"] in lines
    assert ["config.password", "string", "secrets"] in lines
    assert ["config.public_key", "string", "nowhere:", "read-only"] in lines
    assert ["config.update_method", "string", "config", "QUERY_BASED,", "WAL_PGOUTPUT"] in lines


def test_show_prints_fields_of_auth_and_of_lists(run: Run) -> None:
    _, out, _ = run("show", "google_ads")

    lines = [line.split() for line in out.splitlines()]
    assert ["auth.client_access.client_secret", "string", "auth_secrets"] in lines
    assert ["config.reports[].fields[]", "string", "config"] in lines


def test_show_of_no_service_asks_what_was_meant(run: Run) -> None:
    status, out, err = run("show", "postgress")

    assert (status, out) == (1, "")
    assert err == ("catalogue: no service 'postgress' in the catalogue; did you mean 'postgres'?\n")


@pytest.mark.parametrize("word", ["Sheets", "google sheets", "google-sheets"])
def test_search_finds_services_by_a_part_of_their_name(run: Run, word: str) -> None:
    status, out, _ = run("search", word)

    assert status == 0
    assert "google_sheets" in out.splitlines()


def test_search_for_nothing_that_is_there_fails(run: Run) -> None:
    assert run("search", "qqqqqq") == (1, "", "catalogue: no service 'qqqqqq' in the catalogue\n")


def test_live_takes_services_into_the_file_of_the_project(run: Run, account: str) -> None:
    status, out, _ = run("refresh", "--live", "postgres", "stripe")

    assert (status, out) == (0, f"{FILE}: 2 services (2 added, 0 changed, 0 removed)\n")
    assert entry("postgres") == service_facts.packaged_file().entry("postgres")


def test_live_keeps_the_other_services_of_the_file(run: Run, account: str) -> None:
    Path(FILE).write_text('{\n"mine": {\n "schema": ["schema"]\n}\n}\n', encoding="utf-8")
    forget()

    run("refresh", "--live", "stripe")
    forget()

    assert entry("mine") == {"schema": ["schema"]}
    assert schemas.service("mine") is not None


def test_live_fails_as_a_whole_and_leaves_the_file_as_it_is(run: Run, account: str) -> None:
    run("refresh", "--live", "stripe")
    before = Path(FILE).read_bytes()

    status, _, err = run("refresh", "--live", "postgres", "no_such_service")

    assert status == 1
    assert err.startswith("catalogue: the account has no service 'no_such_service'; check")
    assert Path(FILE).read_bytes() == before
    assert [path.name for path in Path().iterdir()] == [FILE]


def test_wrong_credentials_are_reported_but_not_shown(
    run: Run, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIVETRAN_APISECRET", "hunter2")

    status, out, err = run("refresh", "--live", "stripe")

    assert (status, out) == (1, "")
    assert err.startswith("catalogue: the API refused the credentials with 401; check FIVETRAN")


@pytest.mark.parametrize("missing", ["FIVETRAN_APIKEY", "FIVETRAN_APISECRET"])
def test_missing_credentials_are_named(
    run: Run, account: str, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)

    status, _, err = run("refresh", "--live", "stripe")

    assert (status, err) == (1, f"catalogue: {missing} must be set to ask the account\n")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "https://key:hunter2@api.example.com",
        "sandbox",
        "sandbox:file",
        "https://[",
        "text",
    ],
)
def test_an_address_that_would_show_the_key_is_refused(
    run: Run, account: str, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("FIVETRAN_API_URL", url)

    status, _, err = run("refresh", "--live", "stripe")

    assert status == 1
    assert err.startswith("catalogue: ")
    assert "hunter2" not in err
    assert SECRET not in err


def test_unreachable_account_is_reported_with_its_address(
    run: Run, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIVETRAN_API_URL", "http://127.0.0.1:1")

    status, _, err = run("refresh", "--live", "stripe")

    assert status == 1
    told = "catalogue: the API cannot be reached (ConnectionError): http://127.0.0.1:1; check"
    assert err.startswith(told)


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (200, b"[]"), (200, b'{"data": 5}'), (502, b"<html>")]
)
def test_answer_of_another_service_is_reported(
    run: Run, account: str, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - Python's name.
            pass

    with HTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        monkeypatch.setenv("FIVETRAN_API_URL", f"http://127.0.0.1:{server.server_address[1]}")
        code, _, err = run("refresh", "--live", "stripe")
        thread.join()

    assert code == 1
    assert "'stripe'" in err


def test_openapi_makes_a_file_from_a_document(run: Run, project: Path) -> None:
    (project / "contract.json").write_text(json.dumps(CONTRACT), encoding="utf-8")

    status, out, _ = run("refresh", "--openapi", "contract.json", "--output", "other.json")

    assert (status, out) == (0, "other.json: 1 service (1 added, 0 changed, 0 removed)\n")
    assert entry("mine", "other.json") == {"schema": ["schema"], "config.port": "integer"}


def test_openapi_tells_what_it_changes(run: Run, project: Path) -> None:
    (project / "contract.json").write_text(json.dumps(CONTRACT), encoding="utf-8")
    Path(FILE).write_text(
        '{\n"gone": {\n "schema": ["schema"]\n},\n"mine": {\n "schema": ["schema"]\n}\n}\n'
    )

    _, out, _ = run("refresh", "--openapi", "contract.json")

    assert out == f"{FILE}: 1 service (0 added, 1 changed, 1 removed)\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "it is not JSON"), ("{}", "how connections are created"), (None, "No such file")],
)
def test_another_document_is_refused_and_nothing_is_written(
    run: Run, project: Path, text: str | None, reason: str
) -> None:
    if text is not None:
        (project / "contract.json").write_text(text, encoding="utf-8")

    status, _, err = run("refresh", "--openapi", "contract.json")

    assert status == 1
    assert reason in err
    assert not Path(FILE).exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"a": {"schema": []}}', "text"])
def test_a_file_that_is_none_of_ours_is_not_written_over(
    run: Run, project: Path, text: str
) -> None:
    (project / "contract.json").write_text(json.dumps(CONTRACT), encoding="utf-8")
    Path(FILE).write_text(text, encoding="utf-8")

    status, _, err = run("refresh", "--openapi", "contract.json")

    assert status == 1
    assert err.startswith(f"catalogue: {FILE} cannot be read: ")
    assert Path(FILE).read_text(encoding="utf-8") == text


def test_missing_folder_is_reported(run: Run, project: Path) -> None:
    (project / "contract.json").write_text(json.dumps(CONTRACT), encoding="utf-8")

    status, _, err = run("refresh", "--openapi", "contract.json", "--output", "no/file.json")

    assert (status, err) == (
        1,
        "catalogue: no/file.json cannot be written: No such file or directory; "
        "name another file with --output\n",
    )


CONTRACT = {
    "components": {
        "schemas": {
            "NewConnectorRequestV1": {"discriminator": {"mapping": {"mine": "#/x/mine"}}},
            "mine": {"allOf": [{"$ref": "#/x/form"}, {"$ref": "#/x/config"}]},
            "form": {"properties": {"config": {"required": ["schema"]}}},
            "config": {"properties": {"config": {"properties": {"port": {"type": "integer"}}}}},
        }
    }
}


def test_show_as_json_has_every_field_with_its_marks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "github", "--json"]) == 0

    shown = json.loads(capsys.readouterr().out)
    fields = {field["path"]: field for field in shown["fields"]}
    assert (shown["service"], shown["destination_schema"]) == ("github", ["schema"])
    assert fields["config.schema"]["required"] is True
    assert fields["config.auth_mode"]["allowed"] == ["JWT", "OAuth", "PersonalAccessToken"]
    assert fields["config.pats[]"] == {
        "path": "config.pats[]",
        "type": "string",
        "parameter": "secrets",
        "allowed": [],
        "required": False,
        "secret": True,
        "read_only": False,
    }


def test_search_as_json_is_the_list_of_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "google sheets", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == ["google_sheets"]
