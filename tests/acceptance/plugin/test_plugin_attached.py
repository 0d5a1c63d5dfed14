"""Terraform with a provider that runs already (reattach mode): what a user does with resources."""

from __future__ import annotations

import json

import pytest
from toy_terraform import Terraform, provider

pytestmark = pytest.mark.terraform

BASIC = 'resource "toy_note" "it" {\n  title = " one "\n  body = { text = "hello" }\n%s\n}\n'


def write(terraform: Terraform, inside: str = "", before: str = "") -> None:
    terraform.write(provider(terraform.folder) + before + BASIC % inside)


def test_a_note_is_applied_from_a_plan_file_and_then_unchanged(
    attached: Terraform,
) -> None:
    write(attached)
    attached.apply()
    state = attached.state()
    assert (state["title"], state["id"], state["color"]) == (" one ", "note-one", "green")
    assert attached.plan_is_empty()
    assert attached.journal == ["write note-one"]


@pytest.mark.parametrize(
    "inside",
    [
        'color = "red"',
        "priority = 0",
        "weight = 0.1",
        "extra = { big = 123456789012345678901234567890.5 }",
        "pinned = false",
        'labels = { a = "1", b = "" }',
        "labels = {}",
        'details = { owner = "me" }',
        'details = { owner = "me", pages = 2 }',
        'timeouts = { create = "5m" }',
        "timeouts = {}",
        "extra = {}",
        "extra = { a = null, b = [], c = [1, [true]], d = { e = 0.1 } }",
        "extra = true ? null : { a = 1 }",
        'extra = { set = toset(["b", "a"]), map = tomap({ a = 1 }), list = tolist([1, 2]) }',
        'extra = jsondecode("{\\"big\\": 18446744073709551617, \\"text\\": \\"žluť \\\\u0000\\"}")',
        'secret_wo = { password = "s3cret" }',
    ],
)
def test_each_attribute_alone_applies_and_is_then_unchanged(
    attached: Terraform, inside: str
) -> None:
    write(attached, inside)
    attached.apply()
    assert attached.plan_is_empty()
    assert len(attached.journal) == 1


def test_an_update_keeps_the_object_and_computes_an_attribute(attached: Terraform) -> None:
    write(attached)
    attached.apply()
    write(attached, 'color = "blue"')
    assert "1 changed" in attached.apply()
    assert (attached.state()["revision"], attached.state()["color"]) == (2, "blue")
    assert attached.plan_is_empty()


def test_a_marked_attribute_replaces(attached: Terraform) -> None:
    write(attached)
    attached.apply()
    write(attached, 'kind = "letter"')
    assert "must be replaced" in attached("plan")
    attached.apply()
    assert attached.journal == ["write note-one", "delete note-one", "write note-one"]


def test_values_that_are_unknown_until_apply_arrive(attached: Terraform) -> None:
    other = 'resource "terraform_data" "other" { input = "late" }\n'
    inside = """
      labels = { a = terraform_data.other.output }
      color  = terraform_data.other.output == "late" ? "red" : "blue"
      extra  = terraform_data.other.output == "late" ? { a = 1 } : { a = 2 }
      details = { owner = "x-${terraform_data.other.output}" }
    """
    write(attached, inside, other)
    attached("plan", "-out=the.plan")
    attached("apply", "the.plan")
    assert attached.state()["extra"] == {"a": 1}
    assert attached.state()["details"] == {"owner": "x-late", "pages": None}
    assert attached.plan_is_empty()


def test_a_dynamic_value_that_is_unknown_as_a_whole_arrives(attached: Terraform) -> None:
    other = 'resource "terraform_data" "other" { input = { a = 1 } }\n'
    inside = "extra = terraform_data.other.output\n secret_wo = terraform_data.other.output"
    write(attached, inside, other)
    attached.apply()
    assert attached.state()["extra"] == {"a": 1}
    assert attached.plan_is_empty()


def test_drift_is_shown_and_repaired(attached: Terraform) -> None:
    write(attached)
    attached.apply()
    notes = attached.notes
    notes["note-one"]["body"] = {"text": "changed by hand"}
    (attached.folder / "notes.json").write_text(json.dumps(notes))
    assert "changed by hand" in attached("plan")
    attached.apply()
    assert attached.notes["note-one"]["body"] == {"text": "hello"}


def test_what_is_gone_is_created_again(attached: Terraform) -> None:
    write(attached)
    attached.apply()
    (attached.folder / "notes.json").unlink()
    assert "1 to add" in attached("plan")
    attached.apply()
    assert attached.plan_is_empty()


def test_an_existing_note_is_imported(attached: Terraform) -> None:
    write(attached)
    attached.apply()
    attached("state", "rm", "toy_note.it")
    attached("import", "toy_note.it", "note-one")
    assert attached.state()["body"] == {"text": "hello"}
    attached.apply()
    assert attached.plan_is_empty()


def test_an_import_of_nothing_is_a_clear_error(attached: Terraform) -> None:
    write(attached)
    done = attached.run("import", "toy_note.it", "note-none")
    assert done.returncode == 1
    assert "There is no note note-none" in done.stderr


def test_a_creation_that_fails_half_way_stays_in_state(attached: Terraform) -> None:
    write(attached, 'fail = "late"')
    done = attached.run("apply", "-auto-approve")
    assert "It said late." in done.stderr
    assert attached.state()["id"] == "note-one"
    assert "tainted" in attached("plan")


def test_a_creation_that_fails_early_names_the_attribute(
    attached: Terraform,
) -> None:
    write(attached, 'fail = "early"')
    done = attached.run("apply", "-auto-approve")
    assert "It said early." in done.stderr
    assert 'fail = "early"' in done.stderr
    assert attached.run("state", "list").stdout == ""


def test_a_crash_is_a_diagnostic_without_values(attached: Terraform) -> None:
    write(attached, 'fail = "crash"')
    done = attached.run("apply", "-auto-approve")
    assert "RuntimeError" in done.stderr
    assert "please report" in " ".join(done.stderr.split())
    assert "the-hidden-value" not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_an_update_that_fails_is_planned_again(attached: Terraform) -> None:
    write(attached)
    attached.apply()
    write(attached, 'fail = "update"\n priority = 5')
    assert "It said update." in attached.run("apply", "-auto-approve").stderr
    assert attached.state()["priority"] == 3
    write(attached, "priority = 5")
    assert "1 changed" in attached.apply()


def test_a_destruction_warns_and_leaves_nothing(attached: Terraform) -> None:
    write(attached)
    attached.apply()
    assert "note-one will be deleted" in attached("destroy", "-auto-approve")
    assert attached.notes == {}


def test_mistakes_are_found_by_validate_and_point_at_their_line(attached: Terraform) -> None:
    write(attached, 'color = "gren"\n timeouts = { create = "5 days" }')
    done = attached.run("validate")
    assert "Did you mean 'green'?" in done.stderr
    assert 'color = "gren"' in done.stderr
    assert "Invalid value of timeouts.create" in done.stderr


def test_a_write_only_value_is_not_stored_but_its_change_is_seen(
    attached: Terraform,
) -> None:
    write(attached, 'secret_wo = { password = "s3cret-one" }')
    attached.apply()
    write(attached, 'secret_wo = { password = "s3cret-seventeen" }')
    assert "1 changed" in attached.apply()
    for file in attached.folder.rglob("*"):
        if file.is_file() and file.suffix != ".tf":
            assert b"s3cret" not in file.read_bytes(), file


def test_messages_of_six_megabytes_pass(attached: Terraform) -> None:
    write(attached, 'extra = { text = join("", [for i in range(1024) : format("%06000d", i)]) }')
    attached("apply", "-auto-approve")
    assert len(attached.state()["extra"]["text"]) == 6_144_000
    assert attached.plan_is_empty()


def test_twenty_notes_are_made_in_parallel(attached: Terraform) -> None:
    attached.write(
        provider(attached.folder)
        + 'resource "toy_note" "many" {\n count = 20\n title = "n${count.index}"\n'
        + " body = { n = count.index }\n}\n"
    )
    attached("apply", "-auto-approve", "-parallelism=20")
    assert len(attached.notes) == 20
    assert attached.plan_is_empty()
