"""``connections new-connection``: what it asks, what it writes, and what it never writes over."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from every_case import check_every

from constructs_lib import schemas
from constructs_lib.adopt.description import variables_in
from constructs_lib.adopt.settings import errors_of
from constructs_lib.cli.new_connection import FORMS, described, main
from constructs_lib.schemas import Service

ROOT = Path(__file__).resolve().parents[3]
POSTGRES = ["--service", "postgres", "--group", "g", "--name", "shop"]
Run = Callable[..., tuple[int, str, str]]


class Answers(io.StringIO):
    """A terminal on which somebody answers."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in an empty folder: exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def _run(*arguments: str, answers: str | None = None) -> tuple[int, str, str]:
        stream = io.StringIO() if answers is None else Answers(answers)
        monkeypatch.setattr(sys, "stdin", stream)
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(str(ended.code))
        shown = capfd.readouterr()
        return status, shown.out, shown.err

    return _run


def facts(name: str) -> Service:
    found = schemas.service(name)
    assert found is not None
    return found


def test_each_service_gives_a_connection_without_errors() -> None:
    def holds(name: str) -> None:
        made = described(facts(name), "mine", "group")

        assert list(errors_of("mine", made.attributes)) == []
        assert set(made.attributes["config"]) == set(facts(name).destination_schema)

    check_every(schemas.services(), holds)


def test_secrets_are_variables_at_any_depth() -> None:
    made = described(facts("google_ads"), "ads", "g").attributes

    assert "auth_secrets" in made
    names = [each.name for each in variables_in(made)]
    assert "ads_client_access_client_secret" in names
    assert all(name.startswith("ads_") for name in names)


@pytest.mark.parametrize("form", FORMS)
def test_without_a_directory_the_form_is_printed(form: str, run: Run, tmp_path: Path) -> None:
    status, out, err = run(*POSTGRES, "--form", form)

    assert status == 0
    assert "shop" in out
    assert "shop_password" in out
    assert "TF_VAR_shop_password" in err
    assert list(tmp_path.iterdir()) == []


def test_the_yaml_form_is_an_entry(run: Run) -> None:
    _, out, _ = run(*POSTGRES, "--form", "yaml")

    entry = yaml.safe_load(out)["connections"]["shop"]
    assert (entry["service"], entry["group_id"]) == ("postgres", "g")
    assert entry["config"] == {"schema_prefix": "shop"}
    assert entry["secrets"]["password"] == {"variable": "shop_password", "unset": "keep"}


def test_a_directory_gets_a_file_and_the_provider_once(run: Run, tmp_path: Path) -> None:
    status, out, _ = run(*POSTGRES, "--form", "hcl", "--out", "fivetran")
    again, more, _ = run(*POSTGRES[:-1], "other", "--form", "hcl", "--out", "fivetran")

    assert (status, again) == (0, 0)
    assert out.splitlines()[0] == "fivetran: written shop.tf, providers.tf"
    assert more.splitlines()[0] == "fivetran: written other.tf"
    assert out.splitlines()[-1].startswith("Next: connections install, then terraform -chdir=fi")
    names = {path.name for path in (tmp_path / "fivetran").iterdir()}
    assert names == {"shop.tf", "other.tf", "providers.tf"}


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ("shop.py", "fivetran/shop.py already exists; choose another --name or --out"),
        ("main.tf", "fivetran already declares fivetranops_connection.shop, var.shop_password"),
    ],
)
def test_nothing_is_written_over(there: str, words: str, run: Run, tmp_path: Path) -> None:
    mine = 'resource "fivetranops_connection" "shop" {\n}\nvariable "shop_password" {\n}\n'
    (tmp_path / "fivetran").mkdir()
    (tmp_path / "fivetran" / there).write_text(mine)
    form = "python" if there.endswith(".py") else "hcl"

    status, out, err = run(*POSTGRES, "--form", form, "--out", "fivetran")

    assert (status, out) == (1, "")
    assert words in err
    assert err.endswith("Nothing was written.\n")
    assert [path.read_text() for path in (tmp_path / "fivetran").iterdir()] == [mine]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give --service, --group, --environment or --form;"),
        (["--service", "s3", "--form", "hcl"], "give --group;"),
        ([*POSTGRES, "--environment", "base", "--out", "x"], "--out only goes with --form"),
        ([*POSTGRES, "--environment", "base", "--form", "hcl"], "not allowed with argument"),
    ],
    ids=str,
)
def test_wrong_usage_is_told_at_once(arguments: list[str], words: str, run: Run) -> None:
    status, out, err = run(*arguments)

    assert (status, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--service", "postgress"], "no service 'postgress'; did you mean 'postgres'?"),
        (["--service", "s3", "--name", "My Shop"], "'My Shop' is not a valid name"),
        (["--service", "s3", "--environment", "base"], "is not a project with environment files"),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_told(arguments: list[str], words: str, run: Run) -> None:
    target = [] if "--environment" in arguments else ["--form", "hcl"]
    status, out, err = run(*arguments, "--group", "g", *target)

    assert (status, out) == (1, "")
    assert words in err


def test_on_a_terminal_it_asks_again_after_a_wrong_answer(run: Run) -> None:
    answers = "postgress\npostgres\nMy Shop\nshop\nyaml\n\ng\n"

    status, out, err = run(answers=answers)

    assert status == 0
    assert yaml.safe_load(out)["connections"]["shop"]["group_id"] == "g"
    assert err.count("Service, such as postgres: ") == 2
    assert "did you mean 'postgres'?" in err
    assert err.count("Name [postgres]: ") == 2
    assert err.count("Group (destination): ") == 2


def test_an_end_of_the_answers_writes_nothing(run: Run, tmp_path: Path) -> None:
    status, out, err = run(answers="postgres\n")

    assert (status, out) == (1, "")
    assert err.endswith("new-connection: the input ended without an answer\nNothing was written.\n")


def test_the_app_of_the_project_inserts_an_entry(run: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    file = tmp_path / "stacks" / "environments" / "base.yaml"
    before = file.read_text()

    status, out, _ = run(answers="stripe\npayments\nbase\nsome_group\n")

    added = yaml.safe_load(file.read_text())["connections"]
    assert status == 0
    assert "stacks/environments/base.yaml: added payments\nNext: " in out
    assert added.pop("payments") == {
        "service": "stripe",
        "group_id": "some_group",
        "config": {"schema": "payments"},
    }
    assert added == yaml.safe_load(before)["connections"]
