"""The schema for an editor takes what the loader takes, and refuses what its schema refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from every_case import check_every
from jsonschema import Draft7Validator, Draft202012Validator
from markdown_pages import blocks, pages

from constructs_lib.cli.schema import MODELINE, NAME, file_text, main
from constructs_lib.validation import Finding, ValidationFailed
from constructs_lib.validation.environment_schema import editor_schema, environment_schema
from constructs_lib.validation.findings import steps
from stacks.settings import load_environment
from stacks.settings.loader import ENVIRONMENTS
from stacks.settings.yaml_reader import Node, read

SERVICES = ("connector_sdk", "github", "google_sheets", "postgres", "s3", "stripe")
"""Those of the files, and of the pages."""
MISTAKES = Path(__file__).parent / "mistakes"
OF_SCHEMA = {
    "enum",
    "minLength",
    "minimum",
    "name",
    "pattern",
    "secret-in-config",
    "secret-in-file",
    "type",
    "unknown-attribute",
    "variable-name",
}
"""The rules of which the schema of a file knows. It lets another file hold what is required."""


def values(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: values(inner) for key, inner in node.value.items()}
    return [values(each) for each in node.value] if isinstance(node.value, list) else node.value


def file_values(path: Path) -> Any:
    """What the loader reads in a file, which is not what YAML 1.1 makes of ``yes``."""
    root, _ = read(path)
    assert root is not None
    return values(root)


def refused(document: dict[str, Any], content: Any) -> set[tuple[Any, ...]]:
    """The paths of what a schema refuses; of an unknown or wrong name the path of the name."""
    found: set[tuple[Any, ...]] = set()
    for error in Draft7Validator(document).iter_errors(content):
        path = tuple(error.absolute_path)
        of_names = "propertyNames" in list(error.schema_path)[-2:]
        is_name = of_names or error.validator == "additionalProperties"
        names = error.instance if isinstance(error.instance, dict) else [error.instance]
        found |= {(*path, name) for name in names} if is_name else {path}
    return found


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = editor_schema(SERVICES)
    Draft7Validator.check_schema(made)
    return made


def test_the_schema_of_an_environment_is_a_correct_one() -> None:
    # The library does not look at that again, each time that a stack is made.
    Draft202012Validator.check_schema(environment_schema())


def test_each_file_of_the_project_fits(document: dict[str, Any]) -> None:
    def holds(path: Path) -> None:
        assert refused(document, file_values(path)) == set()

    check_every([*ENVIRONMENTS.glob("*.yaml"), MISTAKES / "base.yaml"], holds)


def test_each_environment_of_a_page_fits(document: dict[str, Any]) -> None:
    known = set(environment_schema()["properties"])
    contents = [yaml.safe_load(b.code) for p in pages() for b in blocks(p) if b.language == "yaml"]
    whole = {json.dumps(each, default=str): each for each in contents if set(each) <= known}

    def holds(shown: str) -> None:
        assert refused(document, whole[shown]) == set()

    check_every(whole, holds)


def test_what_the_loader_refuses_by_its_schema_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed) as failed:
        load_environment("broken", MISTAKES)
    findings = [each for each in failed.value.findings if each.rule in OF_SCHEMA]
    own = refused(document, file_values(MISTAKES / "broken.yaml"))

    def holds(finding: Finding) -> None:
        path = tuple(int(step) if step.isdigit() else step for step in steps(finding.pointer))
        # What is wrong in one of several forms is refused where the forms begin.
        assert any(path[: len(each)] == each for each in own if len(each) >= min(3, len(path)))

    assert len({each.rule for each in findings}) > 6
    check_every(findings, holds)


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"service": "stripe", "config": {}}, ("config",)),
        ({"service": "postgres", "config": {"schema_prefix": "a", "hosst": "b"}}, ("hosst",)),
        ({"service": "github", "config": {"schema": "a", "auth_mode": "Oauth2"}}, ("auth_mode",)),
        ({"service": "postgres", "config": {"schema_prefix": "a", "port": "x"}}, ("port",)),
        ({"service": "postgres", "config": {"schema_prefix": "a", "port": []}}, ("port",)),
        ({"secrets": {"password": "in-clear"}, "service": "postgres"}, ("password",)),
        ({"service": "postgres", "config": {"password": "p"}}, ("config",)),
        ({"secrets": {"brand_new": "in-clear"}}, ("brand_new",)),
        ({"networking_method": "Smoke"}, ("networking_method",)),
        ({"managed_state": {"on_destroi": "keep"}}, ("on_destroi",)),
    ],
    ids=str,
)
def test_a_wrong_entry_is_refused_at_its_place(
    entry: dict[str, Any], path: tuple[str, ...], document: dict[str, Any]
) -> None:
    assert any(each[-1:] == path for each in refused(document, {"connections": {"orders": entry}}))


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {"config": {"anything": 1}},
        {"service": None, "group_id": None, "config": None},
        {"service": "brand_new_service", "config": {"x": [{}]}, "secrets": {"y": [1]}},
        {"service": "postgres", "config": {"schema_prefix": "a", "port": "5432", "host": None}},
        {
            "service": "github",
            "config": {"schema": "a", "auth_mode": "New"},
            "unchecked": {"config.auth_mode": "new"},
        },
        {"secrets": {"password": {"variable": "p", "unset": "keep"}}, "service": "postgres"},
        {"data_delay_sensitivity": "HIGH", "schema_status": "READY"},
    ],
    ids=str,
)
def test_what_another_file_completes_is_taken(entry: Any, document: dict[str, Any]) -> None:
    assert refused(document, {"connections": {"orders": entry}}) == set()


def test_a_partial_file_may_lack_its_destination_schema() -> None:
    content = {"connections": {"orders": {"service": "stripe", "config": {}}}}

    assert refused(editor_schema(["stripe"], is_whole=False), content) == set()
    assert refused(editor_schema(["stripe"]), content) != set()


def test_each_key_has_a_description_and_none_of_our_keywords(document: dict[str, Any]) -> None:
    entry = document["properties"]["connections"]["additionalProperties"]

    def holds(name: str) -> None:
        assert entry["properties"][name]["description"].endswith(".")

    check_every(entry["properties"], holds)
    assert '"x-' not in json.dumps(document)
    assert "postgres" in entry["properties"]["service"]["anyOf"][0]["enum"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "stacks" / "environments"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text("connections:\n  a: {service: stripe}\n")
    return folder


def services_of(text: str) -> list[str]:
    entry = json.loads(text)["properties"]["connections"]["additionalProperties"]
    return [each["if"]["properties"]["service"]["const"] for each in entry["allOf"]]


def test_the_command_has_the_services_of_the_files(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--service", "github"]) == 0

    assert services_of(capsys.readouterr().out) == ["github", "stripe"]


def test_the_command_tells_the_line_for_the_editor(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--output", "schemas/environment.json"]) == 0

    line = "# yaml-language-server: $schema=../../schemas/environment.json"
    assert capsys.readouterr().out.splitlines()[-1] == line
    assert services_of((folder.parents[1] / "schemas/environment.json").read_text()) == ["stripe"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--service", "postgress"], "no service 'postgress' in the catalogue; did you mean"),
        (["--output", "stacks"], "stacks cannot be written"),
        (["--environments", "nowhere"], "there is no folder nowhere"),
    ],
)
def test_what_the_command_cannot_do_is_one_line(
    arguments: list[str], words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1

    printed = capsys.readouterr()
    assert words in printed.err
    assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_the_files_of_the_project_name_their_schema() -> None:
    def holds(path: Path) -> None:
        assert path.read_text().startswith(f"{MODELINE}{NAME}\n")

    check_every(ENVIRONMENTS.glob("*.yaml"), holds)
    assert (ENVIRONMENTS / NAME).read_text() == file_text(ENVIRONMENTS)
