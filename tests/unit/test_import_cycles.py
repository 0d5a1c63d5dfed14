"""Imports of modules run in one direction: whichever module is loaded first, it loads."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOPS = ("constructs_lib", "stacks")


def test_no_module_needs_itself_while_it_loads() -> None:
    modules = {_name(path): path for top in TOPS for path in (ROOT / top).rglob("*.py")}
    needed = {name: set(_needed(name, path, modules)) for name, path in modules.items()}

    assert sum(map(len, needed.values())) > len(modules)
    graphlib.TopologicalSorter(needed).prepare()


def test_a_cycle_is_found() -> None:
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _needed(name: str, path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """Yield the modules whose names a module takes while it is loaded itself.

    A package that is only passed on the way to a module of its own is not among them.
    """
    for node in _run_at_import(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.ImportFrom) and node.module in modules:
            inner = {f"{node.module}.{each.name}" for each in node.names} & modules.keys()
            yield from inner
            if len(inner) < len(node.names) and node.module != name:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in modules)


def _run_at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _run_at_import(node.orelse)
            continue
        yield node
        for field in ("body", "orelse", "finalbody"):
            yield from _run_at_import(getattr(node, field, []))
