"""The modules of the product, and what the names in them stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pages.catalogue import ROOT

_FOLDERS = ("constructs_lib", "stacks")


class Module(NamedTuple):
    """A module of the product, with what it defines."""

    name: str
    """Its full name, such as ``constructs_lib.backend.http.errors``."""
    path: str
    """Its path in the project."""
    tree: ast.Module
    constants: dict[str, ast.expr]
    """What each name of the module is assigned, if that is once."""
    functions: dict[str, ast.FunctionDef]
    classes: dict[str, ast.ClassDef]
    imports: dict[str, tuple[str, str]]
    """For an imported name the module it comes from and its name there, which is empty if it is
    the module itself."""


@cache
def modules() -> dict[str, Module]:
    """Return all modules of the library and the app by their names."""
    found = {}
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            module = module_of(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
            found[module.name] = module
    return found


def definition(module: Module, name: str) -> tuple[Module, str] | None:
    """Return where a name of a module is defined: that module and the name there.

    :param name: as it is used in the module; None is returned if it is of another package
    """
    if name in module.classes or name in module.functions or name in module.constants:
        return module, name
    origin, original = module.imports.get(name, ("", ""))
    source = modules().get(origin)
    if source is None or not original:
        return None
    return definition(source, original)


def bases(module: Module, name: str) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Yield a class and the classes of the product that it inherits from, nearest first."""
    found = definition(module, name)
    if found is None or found[1] not in found[0].classes:
        return
    node = found[0].classes[found[1]]
    yield found[0], node
    for base in node.bases:
        if isinstance(base, ast.Name):
            yield from bases(found[0], base.id)


def base_names(module: Module, name: str) -> set[str]:
    """Return the names of all bases of a class, those of Python as well."""
    found = set()
    for _, node in bases(module, name):
        found |= {node.name, *(ast.unparse(base) for base in node.bases)}
    return found


def module_of(path: Path, text: str) -> Module:
    """Return a module.

    :param path: where it is in the project
    :param text: its source
    """
    parts = path.with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    tree = ast.parse(text)
    package = name if is_package else name.rpartition(".")[0]
    top = [node for node in tree.body if not isinstance(node, ast.If)]
    return Module(
        name,
        path.as_posix(),
        tree,
        dict(_constants(top)),
        {node.name: node for node in top if isinstance(node, ast.FunctionDef)},
        {node.name: node for node in top if isinstance(node, ast.ClassDef)},
        dict(_imports(tree, package)),
    )


def _constants(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _imports(tree: ast.Module, package: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            origin = _origin(node, package)
            for each in node.names:
                yield each.asname or each.name, (origin, each.name)


def _origin(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    above = ".".join(parents[: len(parents) - node.level + 1])
    return f"{above}.{node.module}" if node.module else above
