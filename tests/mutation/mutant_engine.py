"""Make the mutants of a module, with mutmut's operators and trampolines.

Each function of the mutated module is there in all its variants, and mutmut's trampoline chooses
one of them at each call. So a process that has imported everything runs any mutant.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

CACHE = Path(__file__).resolve().parents[2] / ".mypy_cache" / "mutants"
"""What mypy keeps of the modules that are not mutated."""


class Mutant(NamedTuple):
    """One change of one function."""

    name: str
    """mutmut's name, which its trampolines know."""
    path: str
    function: str
    """With its class: ``Journal.hold``."""
    before: str
    """The lines that are changed, without indentation."""
    after: str
    """The same lines changed."""
    is_caught_by_types: bool = False
    """Whether mypy refuses it, so that it could never be committed."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays the same when something else of the module changes."""
        return (self.path, self.function, self.before, self.after)


def mutate(folder: Path, path: str) -> list[Mutant]:
    """Write all mutants of a module over it, and return them.

    The letter case of texts is not mutated: where another text survives, that would, too.

    :param folder: the copy of the project; also the working directory, where mutmut looks for its
        settings
    """
    # It loads a parser of Python, which each process of `make test` would do to collect the tests.
    from mutmut.mutation.file_mutation import mutate_file_contents

    file = folder / path
    mutated = mutate_file_contents(path, file.read_text(encoding="utf-8"))
    file.write_text(mutated.code, encoding="utf-8")
    lines = mutated.code.splitlines()
    spans = mutated.line_span_by_function_name
    texts = {name: lines[span.start - 1 : span.end] for name, span in spans.items()}
    made = [_mutant(path, name, texts) for name in mutated.mutant_names]
    return [one for one in made if one.before.casefold() != one.after.casefold()]


def _mutant(path: str, name: str, texts: dict[str, list[str]]) -> Mutant:
    from mutmut.utils.format_utils import (
        get_mutant_name,
        mangled_name_from_mutant_name,
        orig_function_and_class_names_from_key,
    )

    full = get_mutant_name(Path(path), name)
    function, owner = orig_function_and_class_names_from_key(full)
    original = mangled_name_from_mutant_name(name) + "__mutmut_orig"
    before, after = _changed(_body(texts[original]), _body(texts[name]))
    return Mutant(full, path, f"{owner}.{function}" if owner else function, before, after)


def _body(lines: list[str]) -> list[str]:
    """Return the lines of a function with the name that mutmut gave it cut out."""
    begin = next(n for n, line in enumerate(lines) if line.lstrip().startswith(("def ", "async ")))
    head = lines[begin].partition("(")[2]
    return [head, *(line.strip() for line in lines[begin + 1 :])]


def _changed(one: list[str], other: list[str]) -> tuple[str, str]:
    before, after = [], []
    for line in difflib.ndiff(one, other):
        if line.startswith("- "):
            before.append(line[2:])
        elif line.startswith("+ "):
            after.append(line[2:])
    return " ".join(before), " ".join(after)


def caught_by_types(folder: Path, paths: list[str]) -> set[tuple[str, int]]:
    """Return file and line of each error that mypy finds in mutated modules."""
    options = ("--no-warn-unused-ignores", "--follow-imports=silent", "--output=json")
    command = (sys.executable, "-m", "mypy", f"--cache-dir={CACHE}", *options, *paths)
    environ = {**os.environ, "MYPYPATH": "scripts"}
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environ)
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"mypy failed: {ran.stdout}{ran.stderr}")
    found = [json.loads(line) for line in ran.stdout.splitlines() if line.strip()]
    # The variants of one method declare the same attributes, which is the fault of none of them.
    errors = [one for one in found if one["severity"] == "error" and one["code"] != "no-redef"]
    return {(one["file"], one["line"]) for one in errors}


def without_misfits(folder: Path, mutants: list[Mutant]) -> list[Mutant]:
    """Return the mutants, each with the word of mypy on it."""
    errors = caught_by_types(folder, sorted({one.path for one in mutants}))
    owner: dict[tuple[str, int], str] = {}
    for path in {path for path, _ in errors}:
        owner.update(_owners(folder, path))
    names = {owner[place] for place in errors if place in owner}
    return [
        one._replace(is_caught_by_types=f"{one.path}:{one.name.rpartition('.')[2]}" in names)
        for one in mutants
    ]


def _owners(folder: Path, path: str) -> dict[tuple[str, int], str]:
    """Return which mutated function each line of a module belongs to."""
    owners: dict[tuple[str, int], str] = {}
    name, indent = "", 0
    for number, line in enumerate((folder / path).read_text(encoding="utf-8").splitlines(), 1):
        text = line.lstrip()
        depth = len(line) - len(text)
        if text.startswith(("def ", "async def ", "@")) and (not name or depth <= indent):
            name = text.removeprefix("async ").removeprefix("def ").partition("(")[0]
            indent = depth
        elif text and depth == 0 and not text.startswith((")", "#")):
            name = ""
        owners[path, number] = f"{path}:{name}"
    return owners
