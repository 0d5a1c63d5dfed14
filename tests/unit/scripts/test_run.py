"""``scripts/run.py`` gives a command its tools and variables, or says what is missing."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from constructs_lib.validation import FilePlace
from stacks.settings import Backend, ConnectionSettings, Environment, Variable

ROOT = Path(__file__).resolve().parents[3]
CREDENTIALS = {"FIVETRAN_APIKEY": "k", "FIVETRAN_APISECRET": "s"}


@pytest.fixture(scope="module")
def run() -> ModuleType:
    specification = importlib.util.spec_from_file_location("run", ROOT / "scripts" / "run.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def settings(*variables: str, name: str = "production", **provider: Any) -> Environment:
    return Environment(name, provider, Backend("local"), (), variables)


def sandbox(*variables: str) -> Environment:
    return settings(*variables, name="demo", api_url="sandbox:/project/.sandbox/a.sqlite3")


def test_the_embedded_sandbox_needs_nothing(run: ModuleType) -> None:
    environ = run.with_variables(sandbox("orders_password"), {})

    assert environ == {"TF_VAR_orders_password": "sandbox-orders_password"}


def test_the_embedded_sandbox_keeps_what_is_set(run: ModuleType) -> None:
    given = {"TF_VAR_a": "mine", "FIVETRAN_APIKEY": "k"}

    assert run.with_variables(sandbox("a"), given) == given


def test_the_embedded_sandbox_fills_what_is_empty(run: ModuleType) -> None:
    assert run.with_variables(sandbox("a"), {"TF_VAR_a": ""}) == {"TF_VAR_a": "sandbox-a"}


def test_the_address_may_come_from_the_variable_of_the_provider(run: ModuleType) -> None:
    environ = run.with_variables(settings("a"), {"FIVETRAN_API_URL": "sandbox"})

    assert environ["TF_VAR_a"] == "sandbox-a"


def test_other_api_gets_no_placeholder_whatever_its_name(
    run: ModuleType,
) -> None:
    real = settings("a", name="sandbox", api_url="https://api.fivetran.com")

    with pytest.raises(SystemExit, match="TF_VAR_a"):
        run.with_variables(real, CREDENTIALS)


def test_all_that_is_missing_or_empty_is_listed(run: ModuleType) -> None:
    with pytest.raises(SystemExit) as stopped:
        run.with_variables(settings("a", "b", "c"), {"TF_VAR_b": "set", "TF_VAR_c": ""})

    first, *missing = str(stopped.value).splitlines()
    assert "production" in first
    assert missing == ["  TF_VAR_a", "  TF_VAR_c", "  FIVETRAN_APIKEY", "  FIVETRAN_APISECRET"]


def test_credentials_from_variables_are_not_asked_for(
    run: ModuleType,
) -> None:
    named = settings(
        "k",
        "s",
        api_key=Variable("k", keep_unset=False),
        api_secret=Variable("s", keep_unset=False),
    )
    given = {"TF_VAR_k": "x", "TF_VAR_s": "y"}

    assert run.with_variables(named, given) == given


def test_what_is_complete_is_left_as_it_is(run: ModuleType) -> None:
    given = {"TF_VAR_a": "x", **CREDENTIALS}

    assert run.with_variables(settings("a"), given) == given


def with_elastic(*, url: str = "sandbox", **elastic: Any) -> Environment:
    return Environment("live", {"api_url": url}, Backend("local"), (), (), elastic=elastic)


def test_two_embedded_sandboxes_need_nothing(run: ModuleType) -> None:
    assert run.with_variables(with_elastic(endpoints=["sandbox:/e.sqlite3"]), {}) == {}


@pytest.mark.parametrize(
    ("elastic", "environ", "missing"),
    [
        ({}, {}, ["ELASTICSEARCH_ENDPOINTS", "ELASTICSEARCH_API_KEY (or {both})"]),
        ({"endpoints": ["https://e"]}, {}, ["ELASTICSEARCH_API_KEY (or {both})"]),
        (
            {"endpoints": ["https://e"]},
            {"ELASTICSEARCH_USERNAME": "u"},
            ["ELASTICSEARCH_PASSWORD"],
        ),
        ({"endpoints": ["https://e"], "username": "u"}, {}, ["ELASTICSEARCH_PASSWORD"]),
        ({"api_key": Variable("k", keep_unset=False)}, {}, ["ELASTICSEARCH_ENDPOINTS"]),
    ],
)
def test_what_is_missing_for_elastic_is_listed(
    elastic: dict[str, Any], environ: dict[str, str], missing: list[str], run: ModuleType
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run.with_variables(with_elastic(**elastic), environ)

    both = "ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD"
    listed = [line.strip() for line in str(stopped.value).splitlines()[1:]]
    assert listed == [name.format(both=both) for name in missing]


@pytest.mark.parametrize(
    "environ",
    [
        {"ELASTICSEARCH_API_KEY": "k"},
        {"ELASTICSEARCH_USERNAME": "u", "ELASTICSEARCH_PASSWORD": "p"},
    ],
)
def test_elastic_takes_either_way_to_authenticate(environ: dict[str, str], run: ModuleType) -> None:
    assert run.with_variables(with_elastic(endpoints=["https://e"]), environ) == environ


def test_elastic_in_the_sandbox_does_not_stand_for_fivetran(run: ModuleType) -> None:
    settings = with_elastic(url="https://api.fivetran.com", endpoints=["sandbox"])

    with pytest.raises(SystemExit, match="FIVETRAN_APIKEY"):
        run.with_variables(settings, {})


def _connection(name: str, place: FilePlace | None) -> ConnectionSettings:
    written = FilePlace("base.yaml", 1, 1)
    return ConnectionSettings(name, {}, None, place is not None, written, place)


def test_destroy_of_protected_connections_is_refused(run: ModuleType) -> None:
    connections = (
        _connection("orders", FilePlace("production.yaml", 7, 3)),
        _connection("free", None),
        _connection("billing", FilePlace("base.yaml", 9, 5)),
    )

    with pytest.raises(SystemExit) as stopped:
        run.refuse_if_protected(Environment("live", {}, Backend("local"), connections, ()))

    message = str(stopped.value)
    assert "  orders (production.yaml:7:3)\n  billing (base.yaml:9:5)\n" in message
    assert "free" not in message
    assert "protect: false" in message


def test_a_destroy_without_protected_connections_goes_on(run: ModuleType) -> None:
    run.refuse_if_protected(
        Environment("dev", {}, Backend("local"), (_connection("free", None),), ())
    )


def _script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "run.py"), *arguments],
        cwd=ROOT,
        env={"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_destroy_of_shipped_production_asks_for_no_secret() -> None:
    file = "stacks/environments/production.yaml"
    lines = (ROOT / file).read_text().splitlines()

    done = _script("--environment", "production", "cdktf", "destroy", "production")

    assert done.returncode == 1
    line = lines.index("  protect: true") + 1
    assert f"  click_events ({file}:{line}:3)\n" in done.stderr
    assert "TF_VAR_" not in done.stderr


def test_empty_environment_name_lists_the_known_ones() -> None:
    done = _script("--environment", "", "cdktf", "diff", "")

    assert done.returncode == 1
    assert done.stderr.startswith("ENVIRONMENT is empty.")
    assert "production, sandbox, staging" in done.stderr


def test_a_command_that_does_not_exist_is_named() -> None:
    done = _script("nosuch", "command")

    assert (done.returncode, done.stderr) == (1, "No such command: nosuch command\n")


def test_tools_of_the_project_come_first_without_telemetry(run: ModuleType) -> None:
    environ = run.tools_environment({"PATH": "/usr/bin"})

    folders = environ["PATH"].split(os.pathsep)
    assert folders[0] == str(ROOT / ".venv" / "bin")
    assert folders[-1] == "/usr/bin"
    assert environ["CHECKPOINT_DISABLE"] == "1"


def test_secrets_that_are_kept_need_no_value_and_are_counted(run: ModuleType) -> None:
    adopted = replace(sandbox(), keeping_variables=("a", "b", "c"))

    assert run.with_variables(adopted, {}) == {}
    assert run.kept_secrets(adopted, {"TF_VAR_b": "set", "TF_VAR_c": ""}) == (
        "2 of 3 adopted secrets have no value here (TF_VAR_a, …): they are left as they are at "
        "Fivetran.\n"
    )
    assert run.kept_secrets(adopted, dict.fromkeys(("TF_VAR_a", "TF_VAR_b", "TF_VAR_c"), "x")) == ""


def test_terraform_waits_for_no_input_without_a_terminal(run: ModuleType) -> None:
    assert run.without_waiting({"A": "b"}, False) == {"A": "b", "TF_INPUT": "0"}


def test_terraform_may_ask_where_there_is_a_terminal(run: ModuleType) -> None:
    assert run.without_waiting({"A": "b"}, True) == {"A": "b"}


def test_a_choice_about_input_is_kept(run: ModuleType) -> None:
    assert run.without_waiting({"TF_INPUT": "1"}, False) == {"TF_INPUT": "1"}


def test_command_without_a_terminal_gets_the_choice_of_input() -> None:
    code = "import os; print(os.environ.get('TF_INPUT'))"
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "run.py"), "python", "-c", code],
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "0\n"


@pytest.mark.parametrize(
    ("command", "stacks"),
    [
        (["cdktf", "deploy", "staging", "--auto-approve"], ["staging"]),
        (["cdktn", "diff", "production"], ["production"]),
        (["cdktf", "deploy", "staging", "production"], ["staging", "production"]),
        (["cdktf", "deploy", "mine"], []),
        (["cdktf", "synth", "staging"], []),
        (["cdktf", "deploy"], []),
        (["cdktf"], []),
        (["pytest", "deploy", "staging"], []),
        ([], []),
    ],
)
def test_the_stacks_of_a_command_are_the_environments(
    command: list[str], stacks: list[str], run: ModuleType
) -> None:
    assert run.stacks_of(command) == stacks


def test_deploy_that_names_only_its_stack_lists_what_is_missing() -> None:
    done = _script("cdktf", "deploy", "production")

    assert done.returncode == 1
    assert done.stderr.startswith("The environment production needs these environment variables")
    assert "  FIVETRAN_APIKEY\n" in done.stderr
