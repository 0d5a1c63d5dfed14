"""The report: complete, sorted, without secrets, and the way out of the program."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from validation_samples import valid

from constructs_lib.validation import (
    ConstructPlace,
    FilePlace,
    Finding,
    ValidationFailed,
    check_connection,
    render,
    schema_check,
)

Check = Callable[..., list[Finding]]


def _finding(place: ConstructPlace | FilePlace, **changes: Any) -> Finding:
    finding = Finding("enum", "error", place, "/paused", "'yes'", "true or false", "quotes?")
    return finding._replace(**changes)


def test_an_entry_holds_all_that_is_known() -> None:
    assert render([_finding(FilePlace("a.yaml", 3, 7))]) == (
        "a.yaml:3:7: error[enum] /paused\n"
        "    found:   'yes'\n"
        "    allowed: true or false\n"
        "    hint:    quotes?\n"
        "\n"
        "1 error in 1 file; nothing was written."
    )


def test_findings_are_sorted_by_file_then_by_construct() -> None:
    places: list[ConstructPlace | FilePlace] = [
        ConstructPlace("a/b"),
        FilePlace("b.yaml", 1, 1),
        FilePlace("a.yaml", 10, 1),
        FilePlace("a.yaml", 9, 5),
        FilePlace("a.yaml", 9, 2),
    ]

    report = render(_finding(place) for place in places)

    heads = [line.partition(": ")[0] for line in report.splitlines() if "error[" in line]
    assert heads == ["a.yaml:9:2", "a.yaml:9:5", "a.yaml:10:1", "b.yaml:1:1", "a/b"]
    assert report.endswith("5 errors in 2 files and 1 construct; nothing was written.")


def test_warnings_alone_are_counted_as_such() -> None:
    report = render([_finding(ConstructPlace("a/b"), severity="warning")])

    assert report.endswith("1 warning in 1 construct.")


def test_no_findings_have_no_report() -> None:
    assert render([]) == ""


def test_control_codes_of_a_terminal_are_shown_not_sent() -> None:
    report = render([_finding(ConstructPlace("a/b"), pointer="/\x1b[2Jkey\n")])

    assert "\x1b" not in report
    assert r"/\x1b[2Jkey\n" in report


def test_the_exception_holds_the_findings_and_the_report() -> None:
    finding = _finding(ConstructPlace("a/b"))

    failure = ValidationFailed([finding])

    assert failure.findings == (finding,)
    assert str(failure) == render([finding])


def test_failed_validation_exits_with_1_without_traceback() -> None:
    script = (
        "from constructs_lib.validation import *\n"
        "place = ConstructPlace('x')\n"
        "raise ValidationFailed(check_parameters('fivetranops', {'a': 1}, place=place))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.endswith("1 error in 1 construct; nothing was written.\n")


@pytest.mark.parametrize(
    "changes",
    [
        {"secrets": {"password": 5, "list": [{"x": "hunter2"}], "s": {"hunter2"}}},
        {"secrets": "hunter2"},
        {"auth_secrets": ["hunter2"]},
        {"config": {"schema_prefix": "a", "password": "hunter2"}},
        {"config": {"schema_prefix": "a"}, "api_key": "hunter2"},
        {"secrets": {"password": "hunter2"}, "config": {"schema_prefix": "a", "password": "x"}},
        {"external_secrets_keys_config": {"password": ["hunter2"]}},
    ],
)
def test_no_secret_is_ever_shown(check: Check, changes: dict[str, Any]) -> None:
    assert "hunter2" not in render(check(**changes))


def test_the_schema_is_compiled_once_for_many_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []
    compile_schema = schema_check.compile_validator

    def _counting(document: dict[str, Any]) -> Any:
        compiled.append(document["title"])
        return compile_schema(document)

    monkeypatch.setattr(schema_check, "compile_validator", _counting)
    schema_check.parameter_validator.cache_clear()
    for number in range(100):
        check_connection(valid(group_id=f"group_{number}"), place=ConstructPlace("a"))

    assert compiled == ["fivetranops_connection"]


def test_a_place_without_a_line_is_the_file_as_a_whole() -> None:
    report = render([_finding(FilePlace("base.yaml", 0, 0))])

    assert report.startswith("base.yaml: error[enum]")


def test_importing_the_package_does_not_load_jsonschema() -> None:
    script = "import sys, constructs_lib.validation; print('jsonschema' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.stdout.strip() == "False", done.stderr
