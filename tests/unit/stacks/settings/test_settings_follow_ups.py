"""One mistake is one finding at its own place; what follows from it is not reported as well."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.validation import FilePlace, Finding, ValidationFailed
from stacks.settings import load_environment, load_environments

Found = Callable[..., list[tuple[str, str]]]
Findings = Callable[..., list[Finding]]

BASE = """\
connections:
  click_events: {service: stripe, group_id: g, config: {schema: clicks}}
  billing: {service: stripe, group_id: g, config: {schema: billing}}
"""
FOLDER = Path(__file__).parent / "mistakes"


def test_misspelt_connection_of_an_overlay_is_one_finding(
    findings: Findings,
) -> None:
    (finding,) = findings(BASE, "connections: {click_event: {config: {prefix: a}}}")

    assert finding.rule == "unknown-connection"
    assert str(finding.place) == "stacks/environments/dev.yaml:1:15"
    assert finding.found == "'click_event', which has no service and is not in base.yaml"
    assert finding.hint == "did you mean 'click_events'?"


def test_unknown_connection_lists_the_known_ones(findings: Findings) -> None:
    (finding,) = findings(BASE, "connections: {zzz: {paused: true}}")

    assert finding.hint == "base.yaml has click_events, billing"


def test_misspelt_service_is_not_an_unknown_connection(found: Found) -> None:
    overlay = "connections: {new: {servce: stripe, group_id: g, config: {schema: s}}}"

    assert found(BASE, overlay) == [("unknown-attribute", "dev.yaml:1:21")]


def test_a_null_in_a_lost_connection_is_no_warning_of_its_own(found: Found) -> None:
    assert found(BASE, "connections: {bill: {paused: null}}") == [
        ("unknown-connection", "dev.yaml:1:15")
    ]


def test_a_new_connection_of_an_overlay_is_checked_as_any(found: Found) -> None:
    assert found(BASE, "connections: {new: {service: stripe, config: {schema: s}}}") == [
        ("required", "dev.yaml:1:15")
    ]


def test_bad_name_in_the_base_is_the_only_finding(found: Found) -> None:
    base = BASE.replace("click_events", "click-events")

    assert found(base, "connections: {click_events: {paused: true}}") == [("name", "base.yaml:2:3")]


def test_a_bad_name_in_both_files_is_one_finding(found: Found) -> None:
    base = BASE.replace("click_events", "Click")

    assert found(base, "connections: {Click: {paused: true}}") == [("name", "base.yaml:2:3")]


@pytest.mark.parametrize(
    ("added", "place"),
    [
        ("  billing: {paused: true}\n", "base.yaml:4:3"),
        ("  billing: {config: {}}\n", "base.yaml:4:3"),
        ("connections: {}\n", "base.yaml:4:1"),
    ],
)
def test_a_key_that_is_there_twice_has_no_follow_ups(found: Found, added: str, place: str) -> None:
    overlay = "connections: {click_events: {paused: true}, billing: {config: {schema: null}}}"

    assert found(BASE + added, overlay) == [("duplicate-key", place)]


def test_other_mistakes_beside_a_double_key_are_reported(found: Found) -> None:
    base = "defaults: {paused: 1}\n" + "connections: {}\n" * 2

    assert found(base) == [("duplicate-key", "base.yaml:3:1"), ("type", "base.yaml:1:20")]


def test_an_empty_base_is_one_finding_for_all_environments(folder: Path) -> None:
    (folder / "base.yaml").write_text("# all gone\n")
    for name in ("dev", "live"):
        text = f"connections: {{a: {{group_id: {name}}}, b: {{managed_state: {{}}}}, c: null}}"
        (folder / f"{name}.yaml").write_text(text)

    with pytest.raises(ValidationFailed) as failed:
        load_environments(folder)

    (finding,) = failed.value.findings
    assert str(finding.place) == "stacks/environments/base.yaml"
    assert finding.found == "an empty file"


def test_an_empty_base_is_right_if_the_environments_are_whole(found: Found) -> None:
    overlay = "connections: {a: {service: stripe, config: {schema: s}}}"

    assert found("", overlay) == [("required", "dev.yaml:1:15")]


def test_a_warning_about_a_value_that_is_an_error_is_left_out(found: Found) -> None:
    base = (
        BASE + "  erp: {service: stripe, group_id: g, config: {schema: e, x: 3.10}, paused: no}\n"
    )

    assert found(base) == [("number-form", "base.yaml:4:62"), ("type", "base.yaml:4:77")]


def _expected() -> list[tuple[str, int]]:
    lines = (FOLDER / "broken.yaml").read_text(encoding="utf-8").splitlines()
    matches = ((re.search(r"# expect: (\S+)$", line), at) for at, line in enumerate(lines, 1))
    return [(match.group(1), at) for match, at in matches if match]


def test_many_mistakes_in_one_file_are_reported_together() -> None:
    with pytest.raises(ValidationFailed) as failed:
        load_environment("broken", FOLDER)

    found = [
        (finding.rule, finding.place.line)
        for finding in failed.value.findings
        if isinstance(finding.place, FilePlace) and finding.place.file.endswith("broken.yaml")
    ]
    assert len(_expected()) > 30
    assert sorted(found) == sorted(_expected())
    assert len(found) == len(failed.value.findings)


def test_the_report_counts_the_mistakes_and_shows_no_secret() -> None:
    with pytest.raises(ValidationFailed) as failed:
        load_environment("broken", FOLDER)

    report = str(failed.value)
    assert report.endswith("38 errors, 2 warnings in 1 file; nothing was written.")
    assert "in-clear" not in report
    assert report.count("(hidden)") == 5


def test_each_mistake_has_a_place_of_its_own() -> None:
    with pytest.raises(ValidationFailed) as failed:
        load_environment("broken", FOLDER)

    places = {(finding.place, finding.pointer) for finding in failed.value.findings}
    assert len(places) == len(failed.value.findings)
