"""YAML is read without surprises, and what is no YAML is a finding with its place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.validation import Finding, ValidationFailed
from stacks.settings import Environment, load_environment

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]
Findings = Callable[..., list[Finding]]

HEAD = (
    "connections: {a: {service: postgres, group_id: g, unchecked: {config.x: a test}, "
    "config: {schema_prefix: s, x: "
)


def _config(load: Load, text: str) -> Any:
    return load(f"{HEAD}{text}}}}}}}").connections[0].parameters["config"]["x"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("14:00", "14:00"),
        ("190:20:30", "190:20:30"),
        ("2026-11-21", "2026-11-21"),
        ("0123", "0123"),
        ("1e3", "1e3"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        (".inf", ".inf"),
        ("3.11.4", "3.11.4"),
        ("'3.10'", "3.10"),
        ("!!str 5", "5"),
        ("true", True),
        ("False", False),
        ("5432", 5432),
        ("-7", -7),
        ("1763700000000000001", 1763700000000000001),
        ("0.5", 0.5),
        ("2.5e-3", 0.0025),
    ],
)
def test_a_scalar_is_what_it_looks_like(load: Load, text: str, value: object) -> None:
    found = _config(load, text)

    assert found == value
    assert type(found) is type(value)


def test_anchors_and_aliases_work(load: Load) -> None:
    base = """\
        connections:
          a: {service: stripe, group_id: &group g, config: &c {schema: s}}
          b: {service: stripe, group_id: other, config: *c}
          c: {service: stripe, group_id: *group, config: {schema: t}}
        """

    one, two, three = (each.parameters for each in load(base).connections)

    assert one["config"] == two["config"] == {"schema": "s"}
    assert one["group_id"] == three["group_id"] == "g"


def test_an_empty_file_is_an_empty_mapping(load: Load) -> None:
    assert load("connections: {}", "# nothing\n").connections == ()


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("connections: {}\nconnections: {}\n", "duplicate-key", "base.yaml:2:1"),
        ("connections: [\n", "yaml-syntax", "base.yaml:2:1"),
        ("connections:\n\tx: 1\n", "yaml-syntax", "base.yaml:2:1"),
        ("connections:\n  w: 1\n  x 1\n  y: 2\n", "yaml-syntax", "base.yaml:3:3"),
        ("connections: {}\n---\nconnections: {}\n", "yaml-syntax", "base.yaml:2:1"),
        ("connections: *nowhere\n", "yaml-syntax", "base.yaml:1:14"),
        ("- connections\n", "type", "base.yaml:1:1"),
        ("connections: &a {a: *a}\n", "yaml-alias", "base.yaml:1:14"),
        ("connections: " + "[" * 200 + "]" * 200, "yaml-depth", "base.yaml:1:114"),
        ("connections: {}\n5: a\n", "yaml-key", "base.yaml:2:1"),
        ("connections: {}\n? [a]\n: b\n", "yaml-key", "base.yaml:2:3"),
        ("connections: !!set {a}\n", "yaml-tag", "base.yaml:1:14"),
        ("x: !!python/object/apply:os.system [echo]\n", "yaml-tag", "base.yaml:1:4"),
        ("connections: {}\n<<: {a: 1}\n", "yaml-key", "base.yaml:2:1"),
        ("connections: {}\nx: !secret a\n", "yaml-tag", "base.yaml:2:4"),
        ("connections: {}\nx: 3.10\n", "number-form", "base.yaml:2:4"),
        ("connections: {}\nx: !!int a\n", "number-form", "base.yaml:2:4"),
        ("connections: {}\nx: !!bool no\n", "number-form", "base.yaml:2:4"),
    ],
)
def test_what_cannot_be_read_is_a_finding_with_its_place(
    found: Found, text: str, rule: str, place: str
) -> None:
    assert (rule, place) in found(text)


@pytest.mark.parametrize(
    "text", ["password: 3.10", "password: !hunter2 x", "password: *hunter2", "password: hunter2"]
)
def test_a_secret_is_not_shown_even_if_it_cannot_be_read(findings: Findings, text: str) -> None:
    shown = findings(f"connections: {{a: {{secrets: {{{text}}}}}}}")

    assert shown
    assert not any("hunter2" in str(finding) or "3.10" in str(finding) for finding in shown)


def test_bytes_that_are_no_text_are_a_finding(folder: Path) -> None:
    (folder / "base.yaml").write_bytes(b"a: \xff\xfe\n")
    (folder / "dev.yaml").write_text("")
    with pytest.raises(ValidationFailed) as failed:
        load_environment("dev", folder)

    assert [finding.rule for finding in failed.value.findings] == ["yaml-syntax"]


@pytest.mark.parametrize(
    ("text", "found", "hint"),
    [
        ("a:\n\tb: 1\n", "a tab", "indent with spaces"),
        ("a: 1\n  \tb: 2\n", "a tab", "indent with spaces"),
        (
            "a: 1\nb: 'open\nc: 3\n",
            "unexpected end of stream",
            "close the quote that opens in line 2, column 4",
        ),
        ("a: {b: 1\nc: 2\n", None, "close the brace { that opens in line 1, column 4"),
        ("a: [1,\nb: 2\n", None, "close the bracket [ that opens in line 1, column 4"),
        ("a: @b\n", None, "quote text that begins with a special character"),
        (
            "a: b: c\n",
            None,
            "quote text that contains a colon, and indent all keys of a mapping equally",
        ),
        (
            "a: 1\nb 1\nc: 2\n",
            "a key without a colon",
            "write a colon and a space after the key",
        ),
        ("a:\n  b: 1\n c: 2\n", None, "indent all keys of a mapping equally"),
    ],
)
def test_a_syntax_error_says_what_to_do(
    findings: Findings, text: str, found: str | None, hint: str
) -> None:
    (finding,) = findings(text)

    assert finding.rule == "yaml-syntax"
    assert finding.found == (found or finding.found)
    assert finding.hint == hint


def test_a_file_in_another_encoding_is_to_be_saved_as_utf_8(folder: Path) -> None:
    (folder / "base.yaml").write_bytes("a: 1\nb: für\nc: café\n".encode("latin-1"))
    (folder / "dev.yaml").write_text("")
    with pytest.raises(ValidationFailed) as failed:
        load_environment("dev", folder)

    (finding,) = failed.value.findings
    assert str(finding.place) == "stacks/environments/base.yaml:2:5"
    assert finding.hint == "save the file as UTF-8"


@pytest.mark.parametrize(
    ("text", "meant"), [("no", "false"), ("Yes", "true"), ("ON", "true"), ("off", "false")]
)
def test_a_boolean_of_yaml_1_1_is_text_with_a_warning(load: Load, text: str, meant: str) -> None:
    (warning,) = load(f"{HEAD}{text}}}}}}}").warnings

    assert (warning.rule, warning.severity) == ("yaml-boolean", "warning")
    assert warning.pointer == "/connections/a/config/x"
    assert warning.found == f"{text}, which is read as text"
    assert warning.hint == f"write {meant}, or put it in quotes if it is text"


@pytest.mark.parametrize("text", ["'no'", '"yes"', "!!str no", "none", "node", "y"])
def test_other_text_has_no_warning(load: Load, text: str) -> None:
    assert load(f"{HEAD}{text}}}}}}}").warnings == ()


def test_a_boolean_of_yaml_1_1_as_a_key_has_no_warning(load: Load) -> None:
    assert load(f"{HEAD}{{on: 1}}}}}}}}").warnings == ()


def test_a_missing_base_says_what_to_do(folder: Path) -> None:
    (folder / "dev.yaml").write_text("connections: {}")
    with pytest.raises(ValidationFailed) as failed:
        load_environment("dev", folder)

    assert str(failed.value).startswith("stacks/environments/base.yaml: error[file]")
    assert (
        failed.value.findings[0].hint
        == "create it; it may be empty if the environments share nothing"
    )


def test_a_text_in_place_of_a_boolean_says_what_to_write(findings: Findings) -> None:
    (finding,) = findings(f"{HEAD}1}}, paused: yes}}}}")

    assert (finding.found, finding.hint) == ("'yes' (text)", "write true or false, without quotes")
