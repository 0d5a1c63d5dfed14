"""``python -m constructs_lib.adopt``: what it writes, what it says, and what it never does."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from constructs_lib.adopt.__main__ import FORMS, main
from constructs_lib.adopt.files import FilesError, WrittenFiles
from constructs_lib.adopt.report import Progress
from constructs_lib.backend.fivetran.inventory import Inventory
from constructs_lib.sandbox import Connection, Store
from constructs_lib.sandbox.fivetran.connection_schema.source import KIND, SourceRecord
from constructs_lib.schemas import MASK


class Result(NamedTuple):
    status: int
    out: str
    err: str


Adopt = Callable[..., Result]


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that is written, below the current one, which has the account."""
    monkeypatch.chdir(tmp_path)
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FIVETRAN_API_URL", "sandbox:sandbox.sqlite3")
    return Path("out")


@pytest.fixture
def store(out: Path) -> Iterator[Store]:
    with Store(Path("sandbox.sqlite3")) as store:
        yield store


@pytest.fixture
def run(out: Path, capsys: pytest.CaptureFixture[str]) -> Adopt:
    def _run(*arguments: str, form: str = "hcl") -> Result:
        status = main(["--form", form, "--out", str(out), *arguments])
        shown = capsys.readouterr()
        return Result(status, shown.out, shown.err)

    return _run


def add(
    store: Store, name: str, service: str = "github", group: str = "lake", **config: Any
) -> str:
    made = Connection(
        f"id_{''.join(name.split())}_{group}",
        group,
        service,
        name,
        "2024-01-01T00:00:00.000000Z",
        {"schema": name},
    )
    made.config = config
    with store.transaction() as tables:
        assert tables.insert(made)
    return made.id


def remove(store: Store, identifier: str) -> None:
    with store.transaction() as tables:
        assert tables.delete(identifier)


def written(out: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in out.iterdir()} if out.exists() else {}


def names(out: Path) -> list[str]:
    form = FORMS["hcl"]
    found = form.imports.findall((out / form.imports_file).read_text())
    return [name for name, _ in found]


@pytest.mark.parametrize(
    ("form", "files"),
    [
        ("hcl", {"connections.tf", "imports.tf", "providers.tf", "variables.tf"}),
        ("python", {"connections.py"}),
        ("yaml", {"connections.yaml"}),
    ],
)
def test_each_form_has_its_files(
    form: str, files: set[str], run: Adopt, store: Store, out: Path
) -> None:
    add(store, "orders", pats=[MASK], password="canary")

    result = run(form=form)

    assert result.status == 0, result.err
    assert written(out).keys() == files
    text = "".join(written(out).values())
    assert "id_orders_lake" in text
    assert MASK not in text
    assert "canary" not in text


def test_the_report_says_what_was_written_and_what_not(run: Adopt, store: Store) -> None:
    add(store, "orders", pats=[MASK, MASK], new_field=1, new_secret=MASK)
    add(store, "new", "appeared_tomorrow")
    add(store, "unnamed", "google_sheets")

    result = run()

    assert result.out.splitlines() == [
        "out: 2 connections written in connections.tf, imports.tf, variables.tf, providers.tf",
        "  not added: id_unnamed_lake (google_sheets, unnamed). The checks allow schema and table "
        "for the service google_sheets, but found no table [destination-schema]",
        "  orders: config.new_secret is not managed: it stays as it is at Fivetran. The checks "
        "allow a field of config of the service github, but found 'new_secret' [unknown-field]",
        "  1 setting that the catalogue of services does not accept is in unchecked",
        "  2 secrets are kept at Fivetran until their variables have a value, see "
        "docs/guides/adopting.md",
        "  not in the catalogue of services: appeared_tomorrow; their settings are not checked, "
        "see connections catalogue refresh",
        "",
        "Next: connections install, then terraform -chdir=out init and plan",
        "The plan should show 2 to import, 0 to add, 0 to change, 0 to destroy.",
    ]


def test_only_what_is_asked_for_is_written(run: Adopt, store: Store, out: Path) -> None:
    add(store, "a", "github", "lake")
    add(store, "b", "stripe", "lake")
    add(store, "c", "stripe", "warehouse")

    run("--group", "lake", "--service", "stripe", "--service", "jira")

    assert names(out) == ["b"]


def test_an_empty_account_writes_nothing(run: Adopt, store: Store, out: Path) -> None:
    result = run("--group", "nobody")

    assert result.status == 0
    assert "this API key can see no such connection" in result.out
    assert not out.exists()


def test_dry_run_prints_and_writes_nothing(run: Adopt, store: Store, out: Path) -> None:
    add(store, "orders")

    result = run("--dry-run")

    assert "# connections.tf\nresource" in result.out
    assert result.err.startswith("out: 1 connection would be written in connections.tf")
    assert not out.exists()


def test_repeated_it_keeps_names_and_adds_at_the_end(run: Adopt, store: Store, out: Path) -> None:
    add(store, "orders", group="warehouse", pats=[MASK])
    run()
    before = written(out)
    assert "show 0 to import, plus those of the 1 written earlier that no deploy" in run().out
    assert written(out) == before
    # By schema and group these two would come first, and take the names.
    add(store, "orders", group="lake", pats=[MASK])
    add(store, "accounts")

    result = run()

    assert names(out) == ["orders", "accounts", "orders_lake"]
    assert "should show 2 to import, plus those of the 1 written earlier that" in result.out
    assert result.out.endswith("no deploy has imported yet, and no change to the others.\n")
    body = before["connections.tf"].partition("\n")[2]
    assert written(out)["connections.tf"].partition("\n")[2].startswith(body)
    variables = before["variables.tf"].partition("\n")[2]
    assert written(out)["variables.tf"].partition("\n")[2].startswith(variables)


@pytest.mark.parametrize("form", FORMS)
def test_connection_that_would_be_taken_away_is_refused(
    form: str, run: Adopt, store: Store, out: Path
) -> None:
    kept, gone = add(store, "kept"), add(store, "gone")
    run(form=form)
    before = written(out)
    remove(store, gone)

    result = run(form=form)

    assert result.status == 1
    assert (
        f"the new files would not have, so Terraform would delete them: gone ({gone})" in result.err
    )
    assert kept not in result.err
    assert written(out) == before


def test_the_first_five_that_would_be_taken_away_are_named(
    run: Adopt, store: Store, out: Path
) -> None:
    gone = [add(store, f"gone{number}") for number in range(8)]
    run()
    for each in gone:
        remove(store, each)

    errors = run().err

    assert "gone4 (id_gone4_lake) and 3 more. They were deleted" in errors
    assert "gone5" not in errors


def test_a_line_break_in_a_name_breaks_no_line(run: Adopt, store: Store) -> None:
    add(store, "un\nnamed", "google_sheets")

    lines = run().out.splitlines()

    (refused,) = [line for line in lines if line.startswith("  not added: ")]
    assert "(google_sheets, un named). The checks" in refused


@pytest.mark.parametrize("place", ["main.tf", "main.tf/out"])
def test_a_file_is_no_directory_to_write_into(place: str, store: Store, out: Path) -> None:
    Path("main.tf").write_text("# mine\n")
    asked = len(store.journal())

    with pytest.raises(
        FilesError, match=r"^main\.tf is not a directory\. Choose another one with --out"
    ):
        WrittenFiles(Path(place), "x").write({"a.tf": ""})
    assert main(["--form=hcl", f"--out={place}"]) == 1

    assert Path("main.tf").read_text() == "# mine\n"
    assert len(store.journal()) == asked


@pytest.mark.parametrize("name", ["connections.tf", "imports.tf", "variables.tf"])
def test_a_changed_file_stops_it_before_anything(
    name: str, run: Adopt, store: Store, out: Path
) -> None:
    add(store, "orders", pats=[MASK])
    run()
    (out / name).write_text((out / name).read_text() + "# mine\n")
    before, asked = written(out), len(store.journal())

    result = run()

    assert (result.status, result.out) == (1, "")
    assert f"adopt: out/{name}: not written by" in result.err
    assert result.err.endswith("\nNothing was written.\n")
    assert written(out) == before
    assert len(store.journal()) == asked


def test_lost_names_are_not_guessed(run: Adopt, store: Store, out: Path) -> None:
    add(store, "orders")
    run()
    (out / "imports.tf").unlink()
    before = written(out)

    result = run()

    assert result.status == 1
    assert "out/imports.tf is missing. It has the names of the connections" in result.err
    assert written(out) == before


@pytest.mark.parametrize("form", FORMS)
def test_a_dry_run_keeps_the_names_in_changed_files(
    form: str, run: Adopt, store: Store, out: Path
) -> None:
    add(store, "orders", group="warehouse")
    run(form=form)
    for path in out.iterdir():
        path.write_text(path.read_text() + "\n# mine\n")
    add(store, "orders", group="lake")

    printed = run("--dry-run", form=form).out

    assert FORMS[form].imports.findall(printed) == [
        ("orders", "id_orders_warehouse"),
        ("orders_lake", "id_orders_lake"),
    ]


def test_the_file_of_the_provider_is_left_as_it_is(run: Adopt, store: Store, out: Path) -> None:
    add(store, "orders")
    out.mkdir()
    (out / "providers.tf").write_text("# mine\n")

    assert run().status == 0
    assert written(out)["providers.tf"] == "# mine\n"


@pytest.mark.parametrize("has_ours", [True, False])
def test_no_second_block_of_required_providers(
    has_ours: bool, run: Adopt, store: Store, out: Path
) -> None:
    add(store, "orders")
    out.mkdir()
    source = "terraform.local/connections-as-code/fivetranops" if has_ours else "other"
    (out / "main.tf").write_text(f'terraform {{ required_providers {{ a = "{source}" }} }}\n')

    result = run()

    assert "providers.tf" not in written(out)
    assert ("add to required_providers of out/main.tf:" in result.out) is not has_ours


def test_failures_are_one_message(run: Adopt, monkeypatch: pytest.MonkeyPatch, out: Path) -> None:
    monkeypatch.delenv("FIVETRAN_API_URL")

    result = run()

    assert (result.status, result.out) == (1, "")
    assert "FIVETRAN_APIKEY and FIVETRAN_APISECRET" in result.err
    assert result.err.endswith("\nNothing was written.\n")
    assert not out.exists()


def test_an_interrupted_adoption_writes_nothing(
    run: Adopt, store: Store, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "orders")

    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Inventory, "_one", pressed)

    assert run() == Result(130, "", "adopt: interrupted; nothing was written.\n")
    assert not out.exists()


@pytest.mark.parametrize("arguments", [[], ["--form", "hcl"], ["--form", "xml", "--out", "a"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_and_wiped() -> None:
    terminal = Terminal()

    with Progress(terminal) as progress:
        progress.listed(4)
        progress.read(2, 4)

    first, second, wiped, _ = terminal.getvalue().split("\r")[1:]
    assert first == "4 connections listed"
    assert second == "[###############...............] 2 of 4 connections read"
    assert wiped == " " * len(second)


def test_no_progress_is_shown_elsewhere() -> None:
    stream = io.StringIO()

    with Progress(stream) as progress:
        progress.read(1, 2)

    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", FORMS)
def test_schemas_are_written_and_kept(form: str, run: Adopt, store: Store, out: Path) -> None:
    identifier = add(store, "orders")
    record = SourceRecord(None)
    record.reload("PRESERVE")
    record.apply({"internal": {"enabled": False}})
    with store.transaction() as tables:
        tables.store_document(KIND, identifier, record.to_json())
    add(store, "never_read")

    first = run("--schemas", form=form)
    with_schemas = written(out)
    run(form=form)

    assert "1 schema configuration with what differs from the policy" in first.out
    text = "".join(with_schemas.values())
    assert text.count("internal") == 1
    assert "customers" not in text
    assert "The plan should show 3 to import" in first.out
    assert written(out) == with_schemas


@pytest.mark.parametrize("form", FORMS)
def test_without_the_option_no_schema_is_asked_for(form: str, run: Adopt, store: Store) -> None:
    add(store, "orders")

    run(form=form)

    assert [each.path for each in store.journal() if each.path.endswith("/schemas")] == []
