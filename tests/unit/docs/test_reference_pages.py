"""The reference pages say what the schemas say."""

import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
from pages import regions
from pages.catalogue import subject, subjects
from pages.dependencies import dependencies
from pages.signatures import constructs

from constructs_lib import __all__ as public
from constructs_lib import schemas
from constructs_lib.schemas.connector_status import STATUSES, next_statuses

ROOT = Path(__file__).parents[3]


def test_the_reference_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/reference_pages.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_each_construct_that_is_offered_has_a_page() -> None:
    without_a_resource = {"ActionTrigger", "ConnectionReference", "Lifecycle", "__version__"}

    assert {construct.name for construct in constructs()} == set(public) - without_a_resource


def test_each_subject_has_its_examples_and_quotes_them() -> None:
    for each in subjects():
        quoted = regions.examples_of(each.page.read_text())

        assert [ROOT / name for name in quoted[: len(each.quoted)]] == each.quoted
        assert each.python.is_file() == (each.python in each.quoted)


@pytest.mark.parametrize(
    ("schema", "page"),
    [
        ("fivetranops", "docs/fivetranops/index.md"),
        ("elasticops_connector_status", "docs/elasticops/resources/connector_status.md"),
        ("data.fivetranops_connections", "docs/fivetranops/data-sources/connections.md"),
        (
            "ephemeral.fivetranops_connect_card",
            "docs/fivetranops/ephemeral-resources/connect_card.md",
        ),
    ],
)
def test_a_page_stands_where_the_registry_looks_for_it(schema: str, page: str) -> None:
    assert subject(schema).page == ROOT / page


def test_page_that_quotes_a_lost_file_is_an_error_with_both() -> None:
    text = "<!-- example: examples/gone.tf -->\n<!-- /example -->\n"

    with pytest.raises(regions.PageError, match=r"README\.md quotes examples/gone\.tf"):
        regions.refreshed(text, ROOT / "README.md")


def test_prose_stays_and_generated_parts_are_regenerated() -> None:
    page = "old\n<!-- /header -->\nby hand\n<!-- schema -->\nold\n<!-- /schema -->\nmore\n"

    fresh = regions.refreshed(regions.with_header(page, "new\n"), ROOT / "x.md", schema="S\n")

    assert fresh == ("new\n<!-- /header -->\nby hand\n<!-- schema -->\nS\n<!-- /schema -->\nmore\n")


def test_each_attribute_is_described_in_a_sentence() -> None:
    def undescribed(attributes: dict[str, schemas.Attribute], path: str) -> list[str]:
        found = []
        for name, attribute in attributes.items():
            if not attribute.description.endswith("."):
                found.append(f"{path}.{name}")
            found += undescribed(attribute.attributes, f"{path}.{name}")
        return found

    found = [path for n in schemas.names() for path in undescribed(schemas.load(n).attributes, n)]

    assert found == []


def test_each_dependency_has_a_reason() -> None:
    known = dependencies()

    needed = {re.split(r"[^\w.-]", line)[0] for line in requires("connections-as-code") or ()}
    to_use = ("dependencies", "cdktf", "cdktn", "cli")
    assert {each.package for each in known if each.group in to_use} == needed
    assert {each.group for each in known} > {*to_use, "stacks", "dev"}
    assert [each.package for each in known if not each.reason.endswith(".")] == []


def test_page_of_the_connector_status_shows_the_transitions() -> None:
    text = (ROOT / "docs/elasticops/resources/connector_status.md").read_text()
    header, _, *rows = [line for line in text.splitlines() if line.startswith("|")][:7]
    columns = [cell.strip(" `") for cell in header.strip("|").split("|")][1:]

    shown = {}
    for row in rows:
        current, *cells = (cell.strip(" `") for cell in row.strip("|").split("|"))
        shown[current] = tuple(c for c, cell in zip(columns, cells, strict=True) if cell == "yes")

    assert shown == {status: next_statuses(status) for status in STATUSES}
