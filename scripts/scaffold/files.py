"""The files that a new resource begins with, and what they and the changed ones hold."""

from __future__ import annotations

import re
from pathlib import Path

from scaffold.insertions import INSERTIONS
from scaffold.names import Names, ScaffoldError

_TEMPLATES = Path(__file__).parent / "templates"
_BACKEND = "constructs_lib/backend/fivetran/@stem@"
_SANDBOX = "constructs_lib/sandbox/fivetran/@stem@"
_EXAMPLES = "examples/fivetranops/resources/@type@"
_NEW = {
    "schema.json": "constructs_lib/schemas/@type@.schema.json",
    "package.py": f"{_BACKEND}/__init__.py",
    "client.py": f"{_BACKEND}/client.py",
    "resource.py": f"{_BACKEND}/resource.py",
    "sandbox_package.py": f"{_SANDBOX}/__init__.py",
    "sandbox.py": f"{_SANDBOX}/endpoints.py",
    "construct.py": "constructs_lib/constructs/fivetran/@stem@.py",
    "test.py": "tests/acceptance/fivetran/@stem@/test_@stem@.py",
    "main.py": f"{_EXAMPLES}/main.py",
    "resource.tf": f"{_EXAMPLES}/resource.tf",
    "import.tf": f"{_EXAMPLES}/import.tf",
    "import.sh": f"{_EXAMPLES}/import.sh",
    "page.md": "docs/fivetranops/resources/@stem@.md",
}
"""The templates, and the files that they become."""
_MADE_PAGES = ("docs/constructs/@construct_page@.md", "docs/README.md")
"""What ``scripts/reference_pages.py`` creates and changes then."""
_MESSAGES = "docs/messages.md"
"""What ``scripts/message_page.py`` changes then."""
_TABLES = "constructs_lib/backend/fivetran/provider.py"
"""What ``scripts/provider_registry.py`` changes then."""
_PREPARED = (
    "constructs_lib/backend/fivetran/identities.bin",
    "constructs_lib/backend/fivetran/schemas.bin",
)
"""What ``scripts/prepared_schemas.py`` changes then."""


def created(names: Names) -> list[str]:
    """Return the paths of all files that are created."""
    return [names.filled(path) for path in (*_NEW.values(), _MADE_PAGES[0])]


def changed() -> list[str]:
    """Return the paths of all files that are changed."""
    made = (_MADE_PAGES[1], _MESSAGES, _TABLES, *_PREPARED)
    return list(dict.fromkeys([*(each.path for each in INSERTIONS), *made]))


def new_files(names: Names, root: Path) -> dict[Path, str]:
    """Return the files to create, with what they hold.

    :param root: the checkout
    :raises ScaffoldError: if the name is taken there
    """
    _require_free(names, root)
    files = {}
    for template, path in _NEW.items():
        text = (_TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
        files[root / names.filled(path)] = names.filled(text)
    return files


def changed_files(names: Names, root: Path) -> dict[Path, str]:
    """Return the files to change, with what they hold then.

    :raises ScaffoldError: if a place in one of them is not found
    """
    files: dict[Path, str] = {}
    for each in INSERTIONS:
        path = root / each.path
        text = files.get(path) or path.read_text(encoding="utf-8")
        made = each._replace(lines=names.filled(each.lines), unless=names.filled(each.unless))
        files[path] = made.apply(text)
    return files


def _require_free(names: Names, root: Path) -> None:
    files = [root / path for path in created(names)]
    packages = [root / names.filled(folder) for folder in (_BACKEND, _SANDBOX)]
    modules = [package.with_suffix(".py") for package in packages]
    there = [path for path in (*files, *packages, *modules) if path.exists()]
    there += sorted((root / "tests").rglob(names.filled("test_@stem@.py")))
    there += _users_of(names, root)
    if there:
        raise ScaffoldError(
            f"The name {names.type} is taken: {there[0].relative_to(root)} has it. Choose another"
        )


def _users_of(names: Names, root: Path) -> list[Path]:
    """Return the modules that have the name of the construct, or the path of the requests."""
    library = root / "constructs_lib"
    requests = names.filled('"/v1/@plural@["/]')
    wanted = dict.fromkeys(sorted((library / "sandbox/fivetran").rglob("*.py")), requests)
    wanted[library / "constructs/__init__.py"] = rf'"{names.construct}(Instance)?"'
    return [path for path, text in wanted.items() if re.search(text, path.read_text("utf-8"))]
