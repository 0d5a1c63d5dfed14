"""The Python of the pages runs: it makes a stack that passes all checks before synth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cdktf
import pytest
from markdown_pages import Block, blocks, name_of, pages
from pages.catalogue import DOCS

import constructs_lib
from constructs_lib import Connection, FivetranProvider
from constructs_lib.toolkit import App, TerraformStack

FRAGMENTS = {
    page: found
    for page in pages()
    if (found := [b for b in blocks(page) if b.language == "python" and not b.is_quoted])
}


def is_program(block: Block) -> bool:
    """True for a whole program. The one of the README is deployed by ``test_main_job.py``."""
    return "App()" in block.code


def test_a_whole_program_is_an_example_that_is_deployed() -> None:
    found = [name_of(b.page) for each in FRAGMENTS.values() for b in each if is_program(b)]

    assert found == ["README.md"]


@pytest.mark.parametrize("page", [pytest.param(page, id=name_of(page)) for page in FRAGMENTS])
def test_the_fragments_of_a_page_make_a_stack(page: Path, tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    stack = TerraformStack(app, "demo")
    FivetranProvider(stack, "fivetran", api_url="sandbox")
    known: dict[str, Any] = {"app": app, "stack": stack}
    known["TerraformOutput"] = cdktf.TerraformOutput
    known["Connection"] = Connection
    known["invoices"] = Connection(
        stack,
        "some_invoices",
        group_id="sandbox_warehouse",
        service="connector_sdk",
        config={"schema": "some_invoices", "package_id": "p"},
    )
    for block in FRAGMENTS[page]:
        if not is_program(block):
            exec(compile(block.code, f"{name_of(page)} (a block)", "exec"), known)

    app.synth()

    document = json.loads((tmp_path / "stacks" / "demo" / "cdk.tf.json").read_text())
    assert document["resource"]


def test_the_fragments_use_only_what_the_package_offers() -> None:
    offered = set(constructs_lib.__all__)
    for found in FRAGMENTS.values():
        for block in found:
            for line in block.code.splitlines():
                if line.startswith("from constructs_lib import "):
                    names = {n.strip() for n in line.partition("import ")[2].split(",")}
                    assert names <= offered, f"{name_of(block.page)}: {line}"


def test_there_are_fragments_to_test() -> None:
    assert DOCS / "guides" / "secrets.md" in FRAGMENTS
