"""Every mistake of a file is reported together with the others, each at its own place."""

import re
from pathlib import Path

import pytest

from constructs_lib.validation import FilePlace, ValidationFailed
from stacks.settings.loader import load_environment

FOLDER = Path(__file__).parent / "mistakes"


def _expected() -> list[tuple[str, int]]:
    lines = (FOLDER / "broken.yaml").read_text(encoding="utf-8").splitlines()
    matches = ((re.search(r"# expect: (\S+)$", line), at) for at, line in enumerate(lines, 1))
    return [(match.group(1), at) for match, at in matches if match]


def test_more_than_twenty_mistakes_in_one_file_are_reported_together() -> None:
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
