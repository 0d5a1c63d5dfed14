"""The steps that a report ends with: what is to be done next, in which order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from official_states import Stored, connection, schedule, state_file

from constructs_lib.adopt.migrate import __main__ as command

OURS = "terraform.local/connections-as-code/fivetranops"
Steps = Callable[..., list[str]]


@pytest.fixture
def report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Migrates the state of a directory, from inside that directory."""
    monkeypatch.chdir(tmp_path)

    def _report(objects: Sequence[Stored], state: str = ".", form: str = "hcl") -> str:
        Path("terraform.tfstate").write_text(json.dumps(state_file(objects)))
        assert command.main([state, "--form", form, "--out", "."]) == 0
        return capsys.readouterr().out

    return _report


@pytest.fixture
def steps(report: Callable[..., str]) -> Steps:
    """The steps of a report, without their numbers."""

    def _steps(*arguments: object, **options: str) -> list[str]:
        return re.findall(r"^  \d+\. (.+)$", report(*arguments, **options), re.MULTILINE)

    return _steps


def orders(**config: str) -> Stored:
    """A connection in a state."""
    given = {"host": "db", **config}
    attributes = connection("a", "postgres", given, destination_schema={"prefix": "orders"})
    return Stored("fivetran_connection", "orders", attributes)


def there(name: str) -> Stored:
    """A connection that has moved."""
    return Stored("fivetranops_connection", name, {"id": name}, 0, source=OURS)


def test_a_copy_of_the_state_comes_after_init(steps: Steps) -> None:
    found = steps([orders()])

    assert found[1] == "terraform -chdir=. init"
    assert found[2].startswith(
        "terraform -chdir=. state pull > before.tfstate: a copy to go back to."
    )
    assert found[3].startswith("terraform -chdir=. plan:")


@pytest.mark.parametrize("form", command.FORMS)
def test_a_copy_overwrites_no_other_one(steps: Steps, form: str) -> None:
    for name in ("before.tfstate", "before_2.tfstate"):
        Path(name).touch()

    (pull,) = (each for each in steps([orders()], form=form) if "state pull" in each)

    assert "state pull > before_3.tfstate" in pull


@pytest.mark.parametrize("form", command.FORMS)
def test_a_state_file_is_a_copy_already(steps: Steps, form: str) -> None:
    found = steps([orders()], "terraform.tfstate", form)

    assert found
    assert not any("state pull" in each for each in found)


def test_where_nothing_moves_no_copy_is_made(steps: Steps) -> None:
    late = Stored("fivetran_connector_schedule", "s", schedule("a"), 0)

    found = steps([there("a"), late])

    assert found
    assert not any("state pull" in each for each in found)


@pytest.mark.parametrize("state", [".", "terraform.tfstate"])
@pytest.mark.parametrize("needs", [True, False])
def test_the_number_of_apply_is_that_of_its_step(steps: Steps, state: str, needs: bool) -> None:
    if needs:
        Path("main.tf").write_text("terraform {\n  required_providers {\n  }\n}\n")

    found = steps([orders()], state)

    (number,) = re.findall(r"until step (\d+)", found[0])
    assert found[int(number) - 1] == "terraform -chdir=. apply"
    assert any("required_providers" in each for each in found) is needs


def test_a_provider_that_is_required_is_not_asked_for(steps: Steps) -> None:
    ours = f'terraform {{\n  required_providers {{\n    ops = {{ source = "{OURS}" }}\n  }}\n}}\n'
    Path("main.tf").write_text(ours)

    assert "required_providers" not in " ".join(steps([orders()]))


@pytest.mark.parametrize("has_secret", [True, False])
def test_secrets_are_a_step_where_there_are_any(steps: Steps, has_secret: bool) -> None:
    found = steps([orders(**({"password": "pw"} if has_secret else {}))])

    assert any("Give the secrets" in each for each in found) is has_secret


def test_a_state_where_all_has_moved_writes_nothing(
    report: Callable[..., str], tmp_path: Path
) -> None:
    found = report([there(f"c{number:03}") for number in range(305)])

    first = ", ".join(f"fivetranops_connection.c00{number}" for number in range(5))
    assert found == (
        ".: it contains nothing of fivetran/fivetran, so nothing was written.\n  moved earlier: "
        f"{first} and 300 more\n"
    )
    assert [each.name for each in tmp_path.iterdir()] == ["terraform.tfstate"]


def test_of_many_that_stay_a_few_are_named(report: Callable[..., str]) -> None:
    groups = [Stored("fivetran_group", f"g{number}", {"id": "g"}, 0) for number in range(7)]

    found = report([orders(), *groups])

    assert "7 fivetran_group: fivetran_group.g0, " in found
    assert "fivetran_group.g4 and 2 more\n" in found


@pytest.mark.parametrize("depth", [200, 400, 600, 900])
def test_deep_settings_are_refused_in_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], depth: int
) -> None:
    config: object = 1
    for _ in range(depth):
        config = {"a": config}
    attributes = {**connection("a", "postgres", None, name="orders"), "config": config}
    stored = state_file([Stored("fivetran_connection_v2", "orders", attributes)])
    file = tmp_path / "state.json"
    file.write_text(json.dumps(stored))

    status = command.main([str(file), "--form", "hcl", "--out", str(tmp_path / "out")])

    reasons = capsys.readouterr().err.splitlines()[1:-1]
    assert status == 1
    assert len(reasons) == 1
    assert re.search("nested too deeply|more than 100 levels", reasons[0])
    assert not (tmp_path / "out").exists()
