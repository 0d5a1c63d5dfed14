"""The page of ``Lifecycle`` and ``ActionTrigger``, by which a resource is treated and triggers."""

from __future__ import annotations

import ast

from pages.catalogue import DOCS, ROOT, subject
from pages.references import front_matter
from pages.regions import quoted

PAGE = DOCS / "constructs" / "lifecycle.md"
_SOURCE = ROOT / "constructs_lib" / "constructs" / "base" / "meta_arguments.py"


def page() -> str:
    """Return the whole page, from the fields of the class and the docstrings below them."""
    tree = ast.parse(_SOURCE.read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    meaning, fields = _described(classes["Lifecycle"])
    of_triggers, fields_of_triggers = _described(classes["ActionTrigger"])
    return (
        f"{front_matter('Lifecycle - Python construct', meaning)}\n"
        "<!-- Made by scripts/reference_pages.py from the docstrings: change those. -->\n\n"
        f"# Lifecycle\n\n{meaning}\n\n"
        "It is what the parameter `lifecycle` takes; a mapping with the same names will do, too:\n"
        f'`lifecycle={{"prevent_destroy": True}}`.\n\n{fields}'
        f"\n## ActionTrigger\n\n{of_triggers}\n\n{fields_of_triggers}"
        f"\n{quoted(str(_EXAMPLE.relative_to(ROOT)), PAGE)}{_OTHER_RESOURCES}"
    )


_EXAMPLE = subject("action.fivetranops_connection_test").python
_OTHER_RESOURCES = """
A stack with action triggers requires Terraform 1.14 (`required_version`), together with what it
requires itself. What runs before a change cannot read the resource that changes. The classes of the
CDK and of other providers take no `Lifecycle`; their resources trigger actions by an override:

```python
trigger = {"events": ["after_update"], "actions": [test.address]}
resource.add_override("lifecycle.action_trigger", [trigger])
```
"""


def _described(node: ast.ClassDef) -> tuple[str, str]:
    """Return what a class says of itself, and a line for each of its fields."""
    fields = "".join(
        f"- `{field.target.id}` (`{ast.unparse(field.annotation)}`) {_text(below)}\n"
        for field, below in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    )
    return (ast.get_docstring(node) or "").replace("``", "`"), fields


def _text(node: ast.stmt) -> str:
    """Return what a docstring says; empty if the statement is none."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split()).replace("``", "`")
    return ""
