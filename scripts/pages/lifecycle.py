"""The page of ``Lifecycle``, which is no construct, but a parameter of most of them."""

from __future__ import annotations

import ast

from pages.catalogue import DOCS, ROOT
from pages.references import front_matter

PAGE = DOCS / "constructs" / "lifecycle.md"
_SOURCE = ROOT / "constructs_lib" / "constructs" / "base" / "meta_arguments.py"


def page() -> str:
    """Return the whole page, from the fields of the class and the docstrings below them."""
    tree = ast.parse(_SOURCE.read_text(encoding="utf-8"))
    (node,) = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Lifecycle"]
    meaning = (ast.get_docstring(node) or "").replace("``", "`")
    fields = "".join(
        f"- `{field.target.id}` (`{ast.unparse(field.annotation)}`) {_text(below)}\n"
        for field, below in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    )
    return (
        f"{front_matter('Lifecycle - Python construct', meaning)}\n"
        "<!-- Made by scripts/reference_pages.py from the docstrings: change those. -->\n\n"
        f"# Lifecycle\n\n{meaning}\n\n"
        "It is what the parameter `lifecycle` takes; a mapping with the same names will do, too:\n"
        f'`lifecycle={{"prevent_destroy": True}}`.\n\n{fields}'
    )


def _text(node: ast.stmt) -> str:
    """Return what a docstring says; empty if the statement is none."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split()).replace("``", "`")
    return ""
