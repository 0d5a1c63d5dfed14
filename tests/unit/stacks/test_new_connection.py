"""``python -m stacks new-connection``: what it writes is valid, and it damages no file."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from every_case import check_every

from constructs_lib import schemas
from constructs_lib.validation import FilePlace
from stacks import __main__
from stacks.__main__ import run_command
from stacks.settings import load_environments
from stacks.settings.checks import check_environment
from stacks.settings.merging import merge_layers
from stacks.settings.variables import with_variables
from stacks.settings.yaml_reader import read
from stacks.settings.yaml_writer import InsertError, connection_template, insert

Run = Callable[..., tuple[int, str, str]]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # The same, and faster.
DEFAULTS = "defaults: {group_id: some_group}\nconnections:\n"

BASE = """\
# The head of the file.
defaults:
  group_id: some_group

connections:
  # The first one.
  first:
    service: stripe  # With a comment.
    config: {schema: first}
    # secrets:
      # api_key: {variable: first_api_key}

# The foot of the file.
backend: {type: local}
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command: exit status, standard output and standard error."""

    def _run(*arguments: str) -> tuple[int, str, str]:
        status = run_command(["new-connection", *arguments])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return _run


def checked(text: str, folder: Path) -> list[tuple[str, str]]:
    """What is found about a file: rules and pointers."""
    path = folder / "base.yaml"
    path.write_text(text, encoding="utf-8")
    root, found = read(path)
    assert root is not None
    root, _ = merge_layers(root, root._replace(value={}))
    values, more = with_variables(root)
    found = [*found, *more, *check_environment(values, FilePlace("base.yaml", 1, 1))]
    return [(each.rule, each.pointer) for each in found]


def text_for(service: str, name: str = "mine") -> str:
    facts = schemas.service(service)
    assert facts is not None
    return connection_template(facts, name)


def uncommented(text: str) -> str:
    live = re.sub(r"^( +)# (?!group_id: .* # unless)", r"\1", text, flags=re.MULTILINE)
    return live.replace('""', "text")


def test_what_is_written_for_a_service_is_valid(folder: Path) -> None:
    def is_valid(service: str) -> None:
        assert checked(DEFAULTS + text_for(service), folder) == []

    check_every(schemas.services(), is_valid)


def test_all_that_is_commented_out_is_valid_too(folder: Path) -> None:
    def is_valid(service: str) -> None:
        assert checked(DEFAULTS + uncommented(text_for(service)), folder) == []

    check_every(schemas.services(), is_valid)


def test_each_field_that_can_be_set_is_there() -> None:
    check_every(schemas.services(), has_each_field)


def has_each_field(service: str) -> None:
    facts = schemas.service(service)
    assert facts is not None
    settings = yaml.load(uncommented(text_for(service)), _LOADER)["mine"]

    for root, secrets in (("config", "secrets"), ("auth", "auth_secrets")):
        fields = getattr(facts, root).values()
        leaves = [leaf for field in fields for leaf in field.leaves()]
        wanted = {
            path.split(".")[0].removesuffix("[]") for path, leaf in leaves if not leaf.read_only
        }
        there = {*(settings.get(root) or {}), *(settings.get(secrets) or {})}
        assert there - set(facts.destination_schema) == wanted


def test_secrets_are_variables_named_after_the_connection(run: Run) -> None:
    _, out, _ = run("postgres", "--name", "shop")

    assert "      # password: {variable: shop_password}\n" in out
    assert "      schema_prefix: shop  # " in out


def test_a_field_says_its_type_and_its_allowed_values(run: Run) -> None:
    _, out, _ = run("postgres")

    assert "# port: 0  # a whole number\n" in out
    assert "# update_method: QUERY_BASED  # one of QUERY_BASED, WAL_PGOUTPUT\n" in out


def test_service_that_begins_with_a_digit_gets_a_valid_name(run: Run) -> None:
    _, out, _ = run("15five")

    assert out.startswith('  source_15five:\n    service: "15five"\n')


@pytest.mark.parametrize("name", ["Upper", "a-b", "9a", "", "a b"])
def test_a_name_that_cannot_be_used_is_refused(run: Run, name: str) -> None:
    status, out, err = run("postgres", "--name", name)

    assert (status, out) == (1, "")
    assert err.startswith(f"new-connection: {name!r} is not a valid name of a connection")


def test_an_unknown_service_asks_what_was_meant(run: Run) -> None:
    assert run("postgress") == (
        1,
        "",
        "new-connection: the catalogue has no service 'postgress'; did you mean 'postgres'?\n",
    )


def test_an_unknown_service_like_no_other_says_how_to_refresh(run: Run) -> None:
    assert run("qqqqqq")[2].endswith("refresh --live qqqqqq\n")


def test_connection_is_added_last_and_nothing_else_changes(run: Run, folder: Path) -> None:
    path = folder / "base.yaml"
    path.write_text(BASE, encoding="utf-8")
    (folder / "dev.yaml").write_text("", encoding="utf-8")

    status, out, _ = run("notion", "--name", "second", "--environment", str(path))

    head, _, foot = BASE.partition("\n# The foot")
    added = "\n" + text_for("notion", "second")
    assert (status, out.splitlines()[0]) == (0, f"{path}: added second")
    assert path.read_text(encoding="utf-8") == f"{head}{added}\n# The foot{foot}"
    (environment,) = load_environments(folder)
    assert [connection.name for connection in environment.connections] == ["first", "second"]


@pytest.mark.parametrize(("has", "gets"), [("dev", "base"), ("base", "dev")])
def test_a_connection_that_would_merge_is_refused(
    run: Run, folder: Path, has: str, gets: str
) -> None:
    (folder / f"{has}.yaml").write_text("connections:\n  shop: {service: stripe}\n")
    path = folder / f"{gets}.yaml"
    path.write_text("")

    status, out, err = run("notion", "--name", "shop", "--environment", str(path))

    assert (status, out, path.read_text()) == (1, "", "")
    assert f"{has}.yaml has a connection 'shop', which would be merged with" in err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Only a comment.\n",
        "backend: {type: local}",
        "connections:\n",
        "connections:\nbackend: {type: local}\n",
        "connections:\n    first: {service: stripe, config: {schema: s}}",
        "connections:\r\n  first:\r\n    service: stripe\r\n",
    ],
)
def test_a_connection_is_added_to_any_file_that_has_lines_for_it(
    run: Run, folder: Path, text: str
) -> None:
    path = folder / "base.yaml"
    path.write_bytes(text.encode())
    before = yaml.safe_load(text) or {}

    assert run("stripe", "--environment", str(path))[0] == 0

    data = path.read_bytes()
    after = yaml.safe_load(data)
    assert after["connections"].pop("stripe")["config"] == {"schema": "stripe"}
    assert after == before | {"connections": before.get("connections") or {}}
    assert data.count(b"\r\n") == (data.count(b"\n") if b"\r\n" in text.encode() else 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("connections: {a: {service: stripe}}\n", "are in braces"),
        ("connections: {}\n", "are in braces"),
        ("connections:\n  stripe:\n    service: stripe\n", "'stripe' already"),
        ("connections:\n  a: [\n", "has mistakes"),
        ("connections:\n  a: 1\n  a: 2\n", "has mistakes"),
        ("connections:\n  a: 1\n---\nb: 1\n", "has mistakes"),
        ("- a\n", "has mistakes"),
        ("connections: text\n", "are in braces"),
    ],
)
def test_a_file_that_cannot_take_it_stays_as_it_is(
    run: Run, folder: Path, text: str, reason: str
) -> None:
    path = folder / "base.yaml"
    path.write_text(text, encoding="utf-8")

    status, _, err = run("stripe", "--environment", str(path))

    assert status == 1
    assert reason in err
    assert path.read_text(encoding="utf-8") == text
    assert [each.name for each in folder.iterdir()] == ["base.yaml"]


def test_a_missing_file_is_not_made(run: Run, folder: Path) -> None:
    status, _, err = run("stripe", "--environment", str(folder / "dew.yaml"))

    assert status == 1
    assert "dew.yaml" in err
    assert list(folder.iterdir()) == []


def test_a_link_to_a_file_stays_a_link(run: Run, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "shared.yaml"
    target.write_text("connections:\n", encoding="utf-8")
    link = folder / "base.yaml"
    link.symlink_to(target)

    run("stripe", "--environment", str(link))

    assert link.is_symlink()
    assert "stripe:" in target.read_text(encoding="utf-8")


def test_the_shipped_files_can_take_a_connection_of_each_kind(run: Run, folder: Path) -> None:
    shipped = Path(__file__).parents[3] / "stacks" / "environments"
    for path in shipped.glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    before = load_environments(folder)

    for number, service in enumerate(("mysql", "google_ads", "amplitude", "db2luw")):
        assert (
            run(service, "--name", f"n{number}", "--environment", str(folder / "base.yaml"))[0] == 0
        )

    after = load_environments(folder)
    assert [len(each.connections) for each in after] == [
        len(each.connections) + 4 for each in before
    ]


def test_the_command_starts_no_node(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['stacks', 'new-connection', 'stripe'];"
        "from stacks.__main__ import main; main(); sys.exit('jsii' in sys.modules)"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_file_without_an_end_of_its_last_line_is_added_to(tmp_path: Path) -> None:
    file = tmp_path / "env.yaml"
    file.write_text("connections:\n  orders:\n    service: postgres")

    insert(
        file, "shop", lambda indent: " " * indent + "shop:\n" + " " * indent + "  service: mysql"
    )

    assert file.read_text().splitlines()[-2:] == ["  shop:", "    service: mysql"]


@pytest.mark.parametrize(
    ("content", "words"), [(None, "there is no settings file"), ("a: [\n", "env.yaml:2:1: error")]
)
def test_a_file_that_cannot_be_added_to_is_told_with_its_place(
    tmp_path: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "env.yaml"
    if content is not None:
        file.write_text(content)

    with pytest.raises(InsertError, match=words):
        insert(file, "shop", lambda indent: "shop:")


@pytest.mark.parametrize("name", ["dev", "base"])
def test_new_connection_takes_the_name_of_an_environment(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__main__, "ENVIRONMENTS", tmp_path)
    file = tmp_path / f"{name}.yaml"
    file.write_text("")

    assert run("stripe", "--environment", name)[0] == 0
    assert "service: stripe" in file.read_text()


def test_new_connection_for_unknown_environment_names_the_near(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__main__, "ENVIRONMENTS", tmp_path)
    (tmp_path / "production.yaml").write_text("")

    assert run("stripe", "--environment", "prodution") == (
        1,
        "",
        "new-connection: there is no environment 'prodution' (found: production); "
        "did you mean 'production'?\n",
    )
