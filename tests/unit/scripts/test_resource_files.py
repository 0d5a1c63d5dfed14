"""Which files of a resource are written by hand, and that a resource has few of them."""

from __future__ import annotations

import re

import pytest
import resource_files
from resource_files import MOST, hand_written, main, users

CHEAP = (
    "fivetranops_connection_schema",
    "fivetranops_connection_certificates",
    "fivetranops_connection_fingerprints",
)


@pytest.mark.parametrize("name", CHEAP)
def test_a_resource_has_few_files_by_hand(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name]) == 0

    printed = capsys.readouterr().out
    assert printed.startswith(f"{name}: {len(hand_written(name))} files by hand, at most 15\n")
    assert len(hand_written(name)) <= MOST == 15


@pytest.mark.parametrize("name", CHEAP)
def test_what_each_resource_comes_with_is_listed(name: str) -> None:
    found = hand_written(name)

    stem = name.removeprefix("fivetranops_")
    examples = f"examples/fivetranops/resources/{name}"
    expected = {
        f"constructs_lib/schemas/{name}.schema.json",
        f"docs/fivetranops/resources/{stem}.md",
        f"{examples}/main.py",
        f"{examples}/resource.tf",
    }
    assert expected <= set(found)
    for folder, files in {
        "constructs_lib/backend/fivetran/": {"client.py", "resource.py"},
        "constructs_lib/sandbox/fivetran/": {"endpoints.py"},
    }.items():
        inside = {path.rpartition("/")[2] for path in found if path.startswith(folder)}
        assert files <= inside
    for folder in ("constructs_lib/schemas/rules/", "tests/acceptance/", "tests/contract/"):
        assert [path for path in found if path.startswith(folder)]


def test_a_resource_that_names_modules_itself_has_more() -> None:
    found = hand_written("fivetranops_connection_sync")

    # Its construct and its rules are written by hand, and it has actions.
    assert {
        "constructs_lib/backend/fivetran/actions.py",
        "constructs_lib/constructs/fivetran/connection_sync.py",
        "constructs_lib/validation/checks.py",
    } <= set(found)
    assert main(["fivetranops_connection_sync"]) == 1


@pytest.mark.parametrize(
    ("path", "text", "is_found"),
    [
        ("stacks/other.py", "TYPE = 'fivetranops_connection_schema'", True),
        ("stacks/other.py", "made = ConnectionSchema(stack)", True),
        ("stacks/other.py", "values['connection_schemas']", True),
        ("stacks/other.py", "ConnectionSchemas", False),
        (
            "stacks/a.json",
            '{"$ref": "fivetranops_connection_schema.schema.json#/x"}',
            False,
        ),
        ("tests/unit/connection_schema_x/test_a.py", "", True),
        ("tests/unit/test_a.py", "ConnectionSchema, Connection", True),
        ("tests/unit/test_a.py", "ConnectionSchema, ConnectionSync", False),
        ("docs/fivetranops/resources/other.md", "fivetranops_connection_schema", False),
        ("stacks/connection_schema.py", "Generated as a whole from x.schema.json.", False),
        ("stacks/connection_schema/__init__.py", '"""A package."""', False),
        ("stacks/connection_schema/__init__.py", '"""A package."""\nA = 1', True),
    ],
)
def test_a_file_is_listed_by_its_names(
    path: str, text: str, is_found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = resource_files._PART.sub("", text)
    monkeypatch.setattr(resource_files, "_files", lambda: (path,))
    monkeypatch.setattr(resource_files, "_text", lambda _: made)
    monkeypatch.setattr(resource_files, "_words", lambda _: set(re.findall(r"\w+", made)))

    assert hand_written("fivetranops_connection_schema") == ([path] if is_found else [])


def test_lines_of_the_scaffold_are_not_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "constructs_lib/__init__.py"
    monkeypatch.setattr(resource_files, "_files", lambda: (path,))
    assert hand_written("fivetranops_connection_schema") == []

    more = resource_files._text(path) + "\nprint(ConnectionSchema)\n"
    monkeypatch.setattr(resource_files, "_text", lambda _: more)

    assert hand_written("fivetranops_connection_schema") == [path]


def test_other_modules_that_use_it_are_told_apart() -> None:
    found = users("fivetranops_connection_certificates")

    assert "constructs_lib/backend/fivetran/connection/setup_tests.py" in found
    assert not set(found) & set(hand_written("fivetranops_connection_certificates"))


def test_a_resource_that_there_is_not_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fivetranops_example"]) == 1
    assert "fivetranops_example" in capsys.readouterr().err
