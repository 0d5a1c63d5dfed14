"""The data source and the ephemeral resource of the toy provider, under the real Terraform."""

from __future__ import annotations

import json
import zipfile

import pytest
from toy_readers import PREFIX
from toy_terraform import Terraform, provider

pytestmark = pytest.mark.terraform

NOTE = 'resource "toy_note" "it" {\n  title = "one"\n  body = { n = 1 }\n%s\n}\n'
DATA = 'data "toy_note" "it" {\n  note_id = %s\n}\n'
KEY = 'ephemeral "toy_key" "it" {\n  note_id = %s\n%s\n}\n'
USING = "secret_wo = { key = ephemeral.toy_key.it.value }\n"


def write(terraform: Terraform, *parts: str) -> None:
    terraform.write(provider(terraform.folder) + "".join(parts))


def written_notes(terraform: Terraform, **more: str) -> None:
    note = {"title": "two", "body": {"n": 2}, "color": "blue"}
    (terraform.folder / "notes.json").write_text(json.dumps({"note-two": note | more}))


def refused(terraform: Terraform) -> str:
    done = terraform.run("plan", "-input=false")
    assert done.returncode == 1, done.stdout
    return " ".join(line.strip("│╷╵ ") for line in done.stderr.splitlines())


def everything_stored(terraform: Terraform) -> bytes:
    found = b""
    for file in terraform.folder.rglob("*"):
        if file.is_file() and file.suffix != ".journal":
            found += file.read_bytes()
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive:
                    found += b"".join(archive.read(name) for name in archive.namelist())
    return found


def test_a_data_source_is_read_and_then_unchanged(attached: Terraform) -> None:
    written_notes(attached)
    write(attached, DATA % '"note-two"', 'output "told" { value = data.toy_note.it }\n')

    attached.apply()

    values = json.loads(attached("output", "-json"))["told"]["value"]
    assert (values["title"], values["color"], values["body"]) == ("two", "blue", {"n": 2})
    assert values["marks"] == [{"name": "two", "page": 1}, {"name": None, "page": 2}]
    assert attached.plan_is_empty()


def test_a_data_source_with_unknown_input_is_read_at_apply(
    attached: Terraform,
) -> None:
    write(attached, NOTE % "", DATA % "toy_note.it.id")
    attached("plan", "-input=false", "-out=the.plan")

    attached("apply", "-input=false", "the.plan")

    assert attached.state("data.toy_note.it")["title"] == "one"
    assert attached.plan_is_empty()


def test_a_data_source_without_its_object_names_the_attribute(
    attached: Terraform,
) -> None:
    write(attached, DATA % '"note-none"')

    output = refused(attached)

    assert "There is no note note-none." in output
    assert 'data "toy_note" "it"' in output


@pytest.mark.parametrize("block", [DATA % '"nothing"', KEY % ('"nothing"', "")])
def test_a_mistake_is_found_by_validate(attached: Terraform, block: str) -> None:
    write(attached, block)

    done = attached.run("validate")

    assert "No note has this identifier" in done.stderr
    assert 'note_id = "nothing"' in done.stderr


def test_an_ephemeral_value_reaches_its_place_and_no_file(attached: Terraform) -> None:
    write(attached, KEY % ('"two"', ""), NOTE % USING)

    attached.apply()

    assert attached.state()["secret_length"] == len(str({"key": f"{PREFIX}two"}))
    assert attached.journal == ["open two", "close two", "open two", "write note-one", "close two"]
    assert PREFIX.encode() not in everything_stored(attached)
    assert attached.plan_is_empty()


def test_an_unknown_ephemeral_resource_is_opened_at_apply(
    attached: Terraform,
) -> None:
    other = 'resource "terraform_data" "late" { input = "late" }\n'
    write(attached, other, KEY % ("terraform_data.late.output", ""), NOTE % USING)
    attached("plan", "-input=false", "-out=the.plan")
    assert attached.journal == []

    attached("apply", "-input=false", "the.plan")

    assert attached.journal == ["open late", "write note-one", "close late"]


def test_what_has_to_be_renewed_is_renewed_while_it_is_used(attached: Terraform) -> None:
    waiting = USING + 'fail = "until renewed"'
    write(attached, KEY % ('"two"', "renewed = true"), NOTE % waiting)
    attached("plan", "-input=false", "-out=the.plan")
    before = len(attached.journal)

    attached("apply", "-input=false", "the.plan")

    expected = ["open two", "write note-one", "renew two", "close two"]
    assert attached.journal[before:] == expected


def test_an_opening_that_is_refused_says_where_and_why(attached: Terraform) -> None:
    write(attached, KEY % ('"two"', 'fail = "open"'), NOTE % USING)

    output = refused(attached)

    assert "Key refused" in output
    assert "It said open." in output
    assert 'fail = "open"' in output
    assert attached.journal == []


def test_what_cannot_be_renewed_is_closed_all_the_same(attached: Terraform) -> None:
    waiting = USING + 'fail = "until renewed"'
    both = 'renewed = true\n fail = "renew"'
    write(attached, KEY % ('"two"', both), NOTE % waiting)
    attached("plan", "-input=false", "-out=the.plan")
    before = len(attached.journal)

    # Terraform 1.11 does not show the error of a renewal.
    attached("apply", "-input=false", "the.plan")

    expected = ["open two", "write note-one", "renew refused", "close two"]
    assert attached.journal[before:] == expected


def test_a_closing_that_is_refused_is_told(attached: Terraform) -> None:
    write(attached, KEY % ('"two"', 'fail = "close"'), NOTE % USING)

    assert "It said close." in refused(attached)


def test_a_launched_provider_reads_and_opens(launched: Terraform) -> None:
    written_notes(launched)
    launched.write(DATA % '"note-two"' + KEY % ("data.toy_note.it.title", "") + NOTE % USING)

    launched.apply()

    assert launched.journal[-3:] == ["open two", "write note-one", "close two"]
    assert launched.plan_is_empty()
    assert PREFIX.encode() not in everything_stored(launched)
