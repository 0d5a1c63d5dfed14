"""The modules of constructs that are generated as a whole: those about one connection.

The schema of such a resource has ``x-construct``, with the words that describe the construct.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from constructs_lib import schemas

_TEMPLATE = Path(__file__).parent / "construct.py.txt"
_WIDTH = 100
_KEYWORD = "x-construct"


def whole_modules(folder: Path) -> dict[Path, str]:
    """Return each module that is generated as a whole, without its parts from the attributes.

    :param folder: the folder of the constructs
    """
    template = _TEMPLATE.read_text(encoding="utf-8")
    found = {}
    for name in schemas.names():
        words = schemas.load(name).document.get(_KEYWORD)
        if words is not None:
            provider, _, stem = name.partition("_")
            path = folder / provider.removesuffix("ops") / f"{stem}.py"
            found[path] = _filled(template, name, stem, words)
    return found


def _filled(template: str, name: str, stem: str, words: dict[str, str]) -> str:
    forms = {
        "type": name,
        "Class": "".join(part.capitalize() for part in stem.split("_")),
        "summary": words["summary"],
        "what": words["what"],
        "text": _wrapped(words["text"], " " * 4),
        "count": _wrapped(f":param count: {words['count']}", " " * 8),
        "import_id": _wrapped(f":param import_id: {words['import_id']}", " " * 8),
    }
    for token, text in forms.items():
        template = template.replace(f"@{token}@", text)
    return template


def _wrapped(text: str, indent: str) -> str:
    """Return a text in lines; those of a parameter after its first one are indented further."""
    hanging = indent + (" " * 4 if text.startswith(":param") else "")
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
