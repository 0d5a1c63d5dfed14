"""Write the tables of ``backend/fivetran/provider.py``: what the provider has by name.

A class with a line ``schema = schemas.load("NAME")`` is what the provider has by that name: a data
source if it begins with ``data.``, and so on. ``python scripts/provider_registry.py`` writes, and
``--check`` fails if the tables are stale. Run it after a class is added, renamed or moved.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from constructs_lib import schemas
from constructs_lib.backend.plugin.resource import Resource

ROOT = Path(__file__).resolve().parents[1]
_PACKAGE = ROOT / "constructs_lib" / "backend" / "fivetran"
PROVIDER = _PACKAGE / "provider.py"
_CLASS = re.compile(
    r"^class (?P<class>\w+)\(.*?\n    schema = schemas\.load\(\"(?P<schema>[^\"]+)\"\)$",
    re.MULTILINE | re.DOTALL,
)
_KINDS = {
    "_RESOURCES": "",
    "_DATA_SOURCES": "data.",
    "_EPHEMERAL_RESOURCES": "ephemeral.",
    "_LISTS": "list.",
    "_ACTIONS": "action.",
}
"""How the names of their schemas begin, by the name of the table."""
_LONGEST = 101
"""Characters of a line, with its end."""
BEGIN = "# Generated from the classes of this package: what the provider has by name.\n"
END = "# End of the generated tables.\n"


def content(text: str) -> str:
    """Return the module with its tables made again.

    :param text: the module as it is
    """
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "".join(_tables()) + END + after


def _tables() -> Iterator[str]:
    known = sorted(_classes())
    for constant, prefix in _KINDS.items():
        yield f"{constant}: Final = {{\n"
        for schema, where in known:
            name = schema.removeprefix(prefix)
            if schema == prefix + name and "." not in name:
                line = f'    "{name}": "{where}",\n'
                is_long = len(line) > _LONGEST
                yield f'    "{name}": (\n        "{where}"\n    ),\n' if is_long else line
        yield "}\n"
    yield "_CHECKED_BY_RULES: Final = frozenset(\n    {\n"
    yield from (f'        "{name}",\n' for name in sorted(_checked_by_rules()))
    yield "    }\n)\n"


def _checked_by_rules() -> Iterator[str]:
    for schema, where in _classes():
        if "." not in schema and "x-rules" in schemas.load(schema).document:
            module, _, name = where.partition(":")
            found = getattr(import_module(module, "constructs_lib.backend.fivetran"), name)
            if found.validate is Resource.validate:
                yield schema


def _classes() -> Iterator[tuple[str, str]]:
    """Yield the name of each schema, with the module and the class."""
    for path in sorted(_PACKAGE.rglob("*.py")):
        module = "." + ".".join(path.relative_to(_PACKAGE).with_suffix("").parts)
        for part in path.read_text(encoding="utf-8").split("\n\n\n"):
            if (found := _CLASS.search(part)) and "_" in found["schema"]:
                yield found["schema"], f"{module}:{found['class']}"


def main(arguments: list[str]) -> int:
    """Write or check the tables; return the exit status."""
    text = PROVIDER.read_text(encoding="utf-8")
    wanted = content(text)
    if wanted == text:
        return 0
    if "--check" in arguments:
        name = PROVIDER.relative_to(ROOT)
        sys.stderr.write(f"stale: {name}; run '.venv/bin/python scripts/provider_registry.py'\n")
        return 1
    PROVIDER.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
