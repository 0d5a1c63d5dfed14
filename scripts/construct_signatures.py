"""Write the generated parts of the constructs: what only repeats their JSON Schemas. The modules of
constructs about one connection are generated as a whole, where the schema has ``x-construct``.

``python scripts/construct_signatures.py`` writes, and ``--check`` fails if a module is stale. Run
it after each change of a schema. ``schema_code/modules.py`` says which parts are generated.
"""

from __future__ import annotations

import sys
from pathlib import Path

from schema_code.modules import PartError, has_generated_part, refreshed
from schema_code.whole_modules import whole_modules

ROOT = Path(__file__).resolve().parents[1]
_CONSTRUCTS = ROOT / "constructs_lib" / "constructs"


def modules() -> dict[Path, str]:
    """Return each module with generated parts, with its text; one that is generated as a whole has
    its text in any case.
    """
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(_CONSTRUCTS.rglob("*.py"))}
    known = {path: text for path, text in texts.items() if has_generated_part(text)}
    return {**dict.fromkeys(whole_modules(_CONSTRUCTS), ""), **known}


def main(arguments: list[str]) -> int:
    """Write or check the modules; return the exit status."""
    known = modules()
    try:
        whole = whole_modules(_CONSTRUCTS)
        fresh = {path: refreshed(whole.get(path, known[path]), str(path)) for path in known}
    except PartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    stale = [path for path in known if known[path] != fresh[path]]
    if "--check" not in arguments:
        for path in stale:
            path.write_text(fresh[path], encoding="utf-8")
    elif stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        sys.stderr.write(
            f"stale: {names}; run '.venv/bin/python scripts/construct_signatures.py'\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
