"""Count the modules of the library and the app: ``make size``.

What a stranger meets: how many modules, how long they are, how full the folders, and how long the
names of tests.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
MAX_LINES = 400
"""A module of more lines holds more than one concept."""
MAX_MODULES = 12
"""A folder of more modules, beside its ``__init__.py``, needs folders of its own."""
MOST_MODULES = 272
"""Modules of library and app, without ``__init__.py``: of more, some are fragments of a concept.

It was 200 until identities, list resources and actions came, which take thirteen: what a list
resource and an action are, the calls about each, the rules for both, rules and check of identities,
the lists and the actions of Fivetran, the sync job of Elastic, the progress of what takes long, the
constructs of actions, and the command for queries. States of Fivetran's own provider take two, the
command for the status one, and adopting in three forms, and from a state, the rest up to 230. Then
came what a connection trusts and syncs (fifteen), the one command and the schema for editors
(seven), the test kit (ten) and the mirror (one). The fork server, and who asks it, are two, and the
sections that the schemas of resources declare two more. There is room for a new resource, which
brings four.
"""
LONGEST_NAME = 60
"""Characters of the name of a test."""


def main() -> int:
    """Print the counts; return 1 if one is over what the project allows itself."""
    files = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _modules()}
    modules = {path: lines for path, lines in files.items() if path.name != "__init__.py"}
    folders = Counter(path.parent for path in modules)
    long = {path: lines for path, lines in files.items() if lines > MAX_LINES}
    full = {folder: number for folder, number in folders.items() if number > MAX_MODULES}
    name = max(_test_names(), key=len)
    lines = (
        f"files in library and app: {len(files)}, with {sum(files.values())} lines",
        f"modules, without __init__.py: {len(modules)}, at most {MOST_MODULES}",
        f"median lines of a module: {median(modules.values()):g}",
        f"modules of under 60 lines: {sum(lines < 60 for lines in modules.values())}",
        f"modules of over {MAX_LINES} lines: {_listed(long)}",
        f"folders of over {MAX_MODULES} modules: {_listed(full)}",
        f"longest name of a test: {len(name)} characters, {name}",
    )
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    is_over = bool(long or full) or len(modules) > MOST_MODULES or len(name) > LONGEST_NAME
    return 1 if is_over else 0


def _modules() -> Iterator[Path]:
    for top in ("constructs_lib", "stacks"):
        yield from sorted((ROOT / top).rglob("*.py"))


def _test_names() -> Iterator[str]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name


def _listed(counts: dict[Path, int]) -> str:
    shown = ", ".join(f"{path.relative_to(ROOT)} ({number})" for path, number in counts.items())
    return shown or "none"


if __name__ == "__main__":
    sys.exit(main())
