"""What a page names in code exists: files, variables, options, commands of make, rules."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

from every_case import check_every
from markdown_pages import blocks, pages, spans
from pages.catalogue import ROOT
from scaffold.files import created
from scaffold.names import Names
from source_texts import whole

from constructs_lib.adopt.__main__ import FORMS
from constructs_lib.adopt.hcl_form import CONNECTIONS, MOVED, PROVIDERS, VARIABLES
from constructs_lib.adopt.migrate.__main__ import FORGET, PREFIX

PAGES = pages()
_FILE = re.compile(r"[\w./-]*\w\.(py|md|yaml|json|toml|sh|tf)")
_FOLDER = re.compile(r"(constructs_lib|stacks|tests|scripts|docs|examples)/[\w./-]*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_OPTION = re.compile(r"--[a-z][a-z-]+")
_MAKE = re.compile(r"\bmake ([a-z-]+)")
_RULE = re.compile(r"error\[([a-z-]+)\]")
_HOP = re.compile(r"^\| \d+ \| `([\w/]+\.py)`: `(?:\w+\.)?(\w+)` \|", re.M)

WRITTEN_BY_PEOPLE = {
    "backend_override.tf",
    "before.json",
    "wanted.json",
    "main.tf",
    "stacks/environments/test.yaml",
}
WRITTEN_BY_PROGRAMS = {
    "cdk.tf.json",
    "fivetran-services.json",
    "constructs.tf.json",
    *created(Names.of("fivetranops_example")),
    *(name for form in FORMS.values() for name in form.files),
    PROVIDERS,
    *(PREFIX + name for name in (CONNECTIONS, MOVED, PROVIDERS, VARIABLES)),
    FORGET,
}
OF_OTHERS = {
    "AWS_PROFILE",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "TF_DATA_DIR",
    "TF_PLUGIN_CACHE_DIR",
    "TF_VAR_shop_password",
    "TF_WORKSPACE",
}
OPTIONS_OF_OTHERS = {
    "--user",
    "--migrate-state",
    "--skip-provider-lock",
    "--hcl",
    "--check",
    "--auto-approve",
    "--refresh-only",
    "--writes",
}


@cache
def files() -> frozenset[str]:
    """All files of the project, as git knows them, new ones too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return frozenset(listed.stdout.splitlines())
    found = (p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts)
    return frozenset(str(path.relative_to(ROOT)) for path in found)


def exists(name: str) -> bool:
    """True for a file or folder of the project, by its path or the end of it."""
    if name in WRITTEN_BY_PEOPLE | WRITTEN_BY_PROGRAMS or (ROOT / name).exists():
        return True
    return any(file == name or file.endswith("/" + name) for file in files())


def own_spans(page: Path) -> list[str]:
    """What the changelog names may have gone since; the page of the command is made of parsers."""
    return [] if page.name in ("CHANGELOG.md", "command.md") else spans(page)


def test_each_file_that_is_named_exists() -> None:
    def holds(page: Path) -> None:
        named = [s for s in own_spans(page) if _FILE.fullmatch(s) or _FOLDER.fullmatch(s)]

        assert [name for name in named if not exists(name)] == []

    check_every(PAGES, holds)


def test_each_environment_variable_that_is_named_is_read() -> None:
    def holds(page: Path) -> None:
        text = " ".join(own_spans(page))
        named = {m[0] for m in _VARIABLE.finditer(text) if not m[0].startswith("TF_VAR_")}

        assert {n for n in named - OF_OTHERS if n not in whole()} == set()

    check_every(PAGES, holds)


def test_each_option_that_is_named_is_taken() -> None:
    def holds(page: Path) -> None:
        named = {m[0] for span in own_spans(page) for m in _OPTION.finditer(span)}

        assert {n for n in named - OPTIONS_OF_OTHERS if f'"{n}"' not in whole()} == set()

    check_every(PAGES, holds)


def test_each_target_of_make_that_is_named_is_there() -> None:
    def holds(page: Path) -> None:
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
        code = [b.code for b in blocks(page) if b.language in ("sh", "console")]

        assert {m[1] for text in (*own_spans(page), *code) for m in _MAKE.finditer(text)} <= targets

    check_every(PAGES, holds)


def test_each_test_that_is_named_is_there() -> None:
    def holds(page: Path) -> None:
        named = {span for span in own_spans(page) if re.fullmatch(r"test_\w+", span)}

        assert {name for name in named if f"def {name}(" not in whole()} == set()

    check_every(PAGES, holds)


def test_each_rule_that_is_named_is_checked() -> None:
    def holds(page: Path) -> None:
        texts = (*own_spans(page), *(block.code for block in blocks(page)))
        named = {m[1] for text in texts for m in _RULE.finditer(text)}

        assert {rule for rule in named if f'"{rule}"' not in whole()} == set()

    check_every(PAGES, holds)


def test_each_hop_of_the_map_is_a_function_of_its_file() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    hops = _HOP.findall(page)
    counts = re.findall(r": (\d+) hops\.\*\*", page)
    before_synth, in_the_provider = (int(count) for count in counts)

    assert before_synth <= 14
    assert in_the_provider <= 16
    assert len(hops) == before_synth + in_the_provider
    for file, name in hops:
        (path,) = [each for each in files() if each.endswith(f"/{file}") or each == file]
        defined = rf"^(?: *def {name}\(|class {name}\b|{name} = )"
        assert re.search(defined, (ROOT / path).read_text(), re.M), f"{file}: {name}"
