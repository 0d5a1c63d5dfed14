"""What Terraform 1.12 to 1.15 brought: identity, lists, generated configuration and actions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import Any

import pytest
from toy_terraform import Terraform, provider

pytestmark = [pytest.mark.terraform, pytest.mark.newest_terraform]

NOTE = 'resource "toy_note" "it" {\n  title = "one"\n  body = { n = 1 }\n%s\n}\n'
BY_IDENTITY = 'import {\n  to = toy_note.it\n  identity = { id = "%s" }\n}\n'
TOUCH = 'action "toy_touch" "it" {\n  config {\n    note_id = %s\n%s\n  }\n}\n'
TRIGGER = """lifecycle {
  action_trigger {
    events  = [after_create, after_update]
    actions = [action.toy_touch.it]
  }
}
"""
QUERY = 'list "toy_note" "all" {\n  provider = toy\n  %s\n  config {\n    %s\n  }\n}\n'


def write(terraform: Terraform, *parts: str) -> None:
    terraform.write(provider(terraform.folder) + "".join(parts))


def written_notes(terraform: Terraform, number: int) -> None:
    note = {"body": {"n": 1}, "kind": "memo", "color": "red", "priority": 3, "revision": 1}
    notes = {f"note-{one}": {**note, "title": f"title {one}"} for one in range(number)}
    (terraform.folder / "notes.json").write_text(json.dumps(notes))


def query(terraform: Terraform, settings: str = "", config: str = "") -> Any:
    (terraform.folder / "all.tfquery.hcl").write_text(QUERY % (settings, config))
    return terraform.run("query")


def identity(terraform: Terraform) -> Any:
    state = json.loads((terraform.folder / "terraform.tfstate").read_text())
    (resource,) = state["resources"]
    return resource["instances"][0].get("identity")


def refused(terraform: Terraform, *arguments: str) -> str:
    done = terraform.run(*arguments)
    assert done.returncode == 1, done.stdout
    return " ".join(done.stderr.split())


def test_an_identity_lives_over_updates_until_a_replacement(
    attached: Terraform,
) -> None:
    write(attached, NOTE % "")
    assert "toy_note.it will be created" in attached("plan", "-input=false")
    attached.apply()
    assert identity(attached) == {"id": "note-one"}

    write(attached, NOTE % "priority = 5")
    attached.apply()
    assert identity(attached) == {"id": "note-one"}

    write(attached, (NOTE % 'kind = "other"').replace("one", "two"))
    assert "must be replaced" in attached("plan", "-input=false")
    attached.apply()
    assert identity(attached) == {"id": "note-two"}
    assert attached.plan_is_empty()


def test_a_state_without_an_identity_gets_one(attached: Terraform) -> None:
    write(attached, NOTE % "")
    attached.apply()
    file = attached.folder / "terraform.tfstate"
    state = json.loads(file.read_text())
    for name in ("identity", "identity_schema_version"):
        del state["resources"][0]["instances"][0][name]
    file.write_text(json.dumps({**state, "serial": state["serial"] + 1}))

    assert attached.plan_is_empty()
    attached("apply", "-refresh-only", "-auto-approve")

    assert identity(attached) == {"id": "note-one"}


def test_an_import_by_identity_is_complete(attached: Terraform) -> None:
    written_notes(attached, 1)
    write(attached, (NOTE % 'color = "red"').replace('"one"', '"title 0"'), BY_IDENTITY % "note-0")

    plan = attached("plan", "-input=false")
    attached.apply()

    assert "1 to import, 0 to add, 0 to change" in plan
    assert identity(attached) == {"id": "note-0"}
    assert attached.plan_is_empty()


def test_an_import_by_id_has_the_identity(attached: Terraform) -> None:
    written_notes(attached, 1)
    write(attached, (NOTE % "").replace('"one"', '"title 0"'))

    attached("import", "-input=false", "toy_note.it", "note-0")

    assert identity(attached) == {"id": "note-0"}


@pytest.mark.parametrize(
    ("asked", "words"),
    [("", "id has no value. An import of toy_note by its identity needs id."), ("x", "no note x")],
)
def test_an_import_of_no_identity_is_refused(attached: Terraform, asked: str, words: str) -> None:
    write(attached, NOTE % "", BY_IDENTITY % asked)

    assert words in refused(attached, "plan", "-input=false")


def test_a_query_finds_all(attached: Terraform) -> None:
    written_notes(attached, 4)
    write(attached)

    done = query(attached, config='color = "red"')

    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines() if line]
    assert lines == [f"list.toy_note.all id=note-{n} title {n} (red)" for n in range(4)]


def test_a_query_asks_for_nothing_beyond_its_limit(attached: Terraform) -> None:
    written_notes(attached, 4)
    write(attached)

    done = query(attached, "limit = 2")

    assert done.stdout.count("id=note-") == 2
    assert attached.journal == ["list note-0", "list note-1"]


def test_an_error_in_the_middle_of_a_query_keeps_what_was_found(attached: Terraform) -> None:
    written_notes(attached, 4)
    write(attached)

    done = query(attached, config="fail_after = 2")

    assert done.returncode == 0
    assert done.stdout.count("id=note-") == 2
    text = " ".join(done.stdout.split())
    assert "Warning: List is incomplete" in text
    assert "Notes not read: It said fail_after." in text
    assert "Before this, 2 objects were found; there may be more." in text


def test_a_query_that_finds_nothing_before_its_error_fails(attached: Terraform) -> None:
    written_notes(attached, 4)
    write(attached)

    done = query(attached, config="fail_after = 0")

    assert done.returncode == 1
    assert "Error: Notes not read" in done.stderr


def test_generated_configuration_imports_and_plans_clean(attached: Terraform) -> None:
    written_notes(attached, 3)
    write(attached)
    query(attached)

    attached("query", "-generate-config-out=generated.tf")
    written = (attached.folder / "generated.tf").read_text()
    plan = attached("plan", "-input=false")
    attached.apply()

    assert "3 to import, 0 to add, 0 to change" in plan
    assert attached.plan_is_empty()
    for unsaid in ("priority", "kind", "revision"):
        assert unsaid not in written


def test_an_action_is_invoked_after_a_change_with_progress(attached: Terraform) -> None:
    write(attached, NOTE % TRIGGER, TOUCH % ("toy_note.it.id", ""))

    output = attached.apply()

    assert "Touching note-one." in output
    assert "Touched it." in output
    assert "Actions: 1 invoked" in output
    assert attached.journal == ["write note-one", "touch note-one", "touched note-one"]
    assert attached.plan_is_empty()


@pytest.mark.parametrize(
    ("fail", "words"),
    [
        ("plan", "Failed to plan action"),
        ("late", "Error when invoking action"),
        ("crash", "RuntimeError"),
    ],
)
def test_an_action_that_fails_ends_the_apply(attached: Terraform, fail: str, words: str) -> None:
    write(attached, NOTE % TRIGGER, TOUCH % ("toy_note.it.id", f'fail = "{fail}"'))

    text = refused(attached, "apply", "-auto-approve", "-input=false")

    assert words in text
    assert "the-hidden-value" not in text
    # What changed before the action stays changed.
    assert list(attached.notes) == ([] if fail == "plan" else ["note-one"])


def test_an_action_is_validated(attached: Terraform) -> None:
    write(attached, TOUCH % ('"nothing"', ""))
    assert "No note has this identifier" in refused(attached, "validate")
    write(attached, 'action "toy_touch" "it" {}\n')
    assert "Missing required argument" in refused(attached, "validate")


def test_an_interrupted_action_completes_with_its_error(attached: Terraform) -> None:
    write(attached, TOUCH % ('"note-one"', 'fail = "wait"'))
    process = subprocess.Popen(
        ["terraform", "apply", "-auto-approve", "-invoke=action.toy_touch.it"],
        cwd=attached.folder,
        env=attached.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    waiting = attached.folder / "notes.waiting"
    end = time.monotonic() + 30
    while not waiting.exists() and time.monotonic() < end:
        time.sleep(0.02)

    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "Touch interrupted: note-one is half touched." in " ".join(output.split())
    assert "panic" not in output


@pytest.mark.launched
def test_a_launched_provider_streams_with_mutual_tls(launched: Terraform) -> None:
    written_notes(launched, 120)
    launched.write(NOTE % TRIGGER + TOUCH % ("toy_note.it.id", ""))

    done = query(launched, "limit = 200")
    output = launched.apply()

    assert done.stdout.count("id=note-") == 120
    assert "Touched it." in output
