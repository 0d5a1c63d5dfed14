"""Begin a new resource: ``make new-resource NAME=fivetranops_example``.

What is made works right away, for an object with an ``id``, a ``name`` and ``timeouts``, which the
sandbox keeps. Each place to fill in is marked ``TODO(new resource)``. The guide
``docs/guides/writing_a_resource.md`` says how to go on from there.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scaffold.files import changed, changed_files, created, new_files
from scaffold.names import Names, ScaffoldError

ROOT = Path(__file__).resolve().parents[1]
MARK = "TODO(new resource)"


def main(arguments: list[str]) -> int:
    """Write the files; return 1, with a message and nothing written, if that cannot be."""
    try:
        names = Names.of(arguments[0] if arguments else "")
        written = {**new_files(names, ROOT), **changed_files(names, ROOT)}
    except ScaffoldError as error:
        sys.stderr.write(f"{error}. Nothing was written.\n")
        return 1
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _tidy([str(path) for path in written if path.suffix == ".py"])
    sys.stdout.write(_summary(names))
    return 0


def _tidy(modules: list[str]) -> None:
    """Make the generated parts, sort imports and names, format, and make the generated pages."""
    _run(sys.executable, "scripts/construct_signatures.py")
    _run(sys.executable, "scripts/provider_registry.py")
    _run(sys.executable, "scripts/prepared_schemas.py")
    ruff = (sys.executable, "-m", "ruff")
    _run(*ruff, "check", "--quiet", "--select", "I001,RUF022", "--fix", *modules)
    _run(*ruff, "format", "--quiet", *modules)
    _run(sys.executable, "scripts/reference_pages.py")
    _run(sys.executable, "scripts/message_page.py")


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 (our own commands)


def _summary(names: Names) -> str:
    test = next(path for path in created(names) if path.startswith("tests/"))
    return (
        f"{names.type} works in the sandbox.\n\n"
        f"Created:\n{_listed(created(names))}\nChanged:\n{_listed(changed())}\n"
        f"Fill in what 'grep -rn \"{MARK}\" .' finds, and go on with "
        f"docs/guides/writing_a_resource.md. Its own test:\n  .venv/bin/pytest {test}\n"
    )


def _listed(paths: list[str]) -> str:
    return "".join(f"  {path}\n" for path in paths)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
