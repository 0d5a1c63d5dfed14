"""Show that the tests notice what goes wrong: ``make mutants``.

usage: ``python tests/mutation/mutants.py [--only PATTERN] [--check] [--faults]
[--output FILE] [--again FILE] [AREA …]``

Each mutant is one small change of one function. For each area of ``mutation_areas.py`` the project
is copied, the modules are mutated in the copy, and the tests of the same folder run against each
mutant. It prints the counts of each module. ``--check`` compares the mutants that survive with
``survivors.json``, which has a reason for each; a survivor that is not there is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mutant_engine import Mutant, mutate, without_misfits
from mutation_areas import AREAS, FAULTS, ROOT, Area

SURVIVORS = Path(__file__).with_name("survivors.json")
COPIED = ("constructs_lib", "stacks", "scripts", "tests/driver", "tests/unit", "tests/faults")
LEFT = ("survived", "no tests")
"""What no test has killed."""
LEAST = 0.9
"""The part of the mutants that tests must kill, in each module."""
SETTINGS = '\n[tool.mutmut]\nsource_paths = ["constructs_lib"]\ntrack_dependencies = false\n'


def main() -> int:
    """Run the areas; with ``--check`` return 1 if a survivor is new, or too few are killed."""
    parser = argparse.ArgumentParser(description="Runs the tests against mutants.")
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(AREAS)}")
    parser.add_argument("--only", default="", help="only modules whose path has this pattern in it")
    parser.add_argument("--check", action="store_true", help="compare with survivors.json")
    parser.add_argument("--faults", action="store_true", help="run the tests of faults, too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--output", type=Path, help="write all results into this file, as JSON")
    parser.add_argument("--again", type=Path, help="run only what survived in such a file")
    options = parser.parse_args()
    earlier = json.loads(options.again.read_text(encoding="utf-8")) if options.again else []
    found: list[dict[str, Any]] = []
    for name in options.areas or AREAS:
        if files := AREAS[name].files(options.only):
            area = AREAS[name]
            found += run_area(area, files, options.jobs, earlier, with_faults=options.faults)
    if options.output:
        options.output.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    sys.stdout.write("".join(f"{line}\n" for line in table(found)))
    return check(found) if options.check else 0


def run_area(
    area: Area,
    files: list[str],
    jobs: int,
    earlier: list[dict[str, Any]] = [],  # noqa: B006 - never changed.
    *,
    with_faults: bool = False,
    root: Path = ROOT,
) -> list[dict[str, Any]]:
    """Make the mutants of some modules, and run the tests of the area against them.

    :param files: the modules, as paths below the root
    :param earlier: results of an earlier run; what was not left over there is not run again
    :param root: the folder of the project
    """
    begun, before = time.monotonic(), Path.cwd()
    with tempfile.TemporaryDirectory(prefix="mutants-") as made:
        folder = Path(made)
        _copy(root, folder)
        os.chdir(folder)  # mutmut looks here for its settings.
        try:
            mutants = [one for file in files for one in mutate(folder, file)]
            done = _done(earlier)
            known = {one.name: done[one.key] for one in mutants if one.key in done}
            left = [one for one in mutants if one.name not in known]
            left = left if earlier else without_misfits(folder, mutants)
            tests = (*area.tests, *(FAULTS if with_faults and area.has_faults else ()))
            results = known | _run_tests(folder, left, tests, jobs)
        finally:
            os.chdir(before)
    sys.stderr.write(f"{len(left)} of {len(mutants)} mutants in {time.monotonic() - begun:.0f} s\n")
    return [_described(one, results.get(one.name, ("types", ""))) for one in mutants]


def _done(earlier: list[dict[str, Any]]) -> dict[tuple[str, ...], tuple[str, str]]:
    """Return what need not run again; of two mutants that look the same one may be left over."""
    left = {_key(one) for one in earlier if one["result"] in LEFT}
    return {_key(one): (one["result"], one["test"]) for one in earlier if _key(one) not in left}


def _copy(root: Path, folder: Path) -> None:
    for part in COPIED:
        if (root / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
            shutil.copytree(root / part, folder / part, ignore=ignored)
    if (root / "tests/conftest.py").exists():
        shutil.copy(root / "tests/conftest.py", folder / "tests")
    settings = (root / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(settings + SETTINGS, encoding="utf-8")


def _run_tests(
    folder: Path, mutants: list[Mutant], tests: Iterable[str], jobs: int
) -> dict[str, tuple[str, str]]:
    names, results = folder / "mutants.json", folder / "results.json"
    names.write_text(json.dumps([one.name for one in mutants if not one.is_caught_by_types]))
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(folder), str(Path(__file__).parent))),
        "MUTANTS_FILE": str(names),
        "MUTANTS_RESULTS": str(results),
        "MUTANTS_JOBS": str(jobs),
        "FAULT_FORMS": "all",
        "PROPERTY_EXAMPLES": "3",
    }
    # The mutated code need not have the test kit, which pytest would load as a plugin.
    without = ("cacheprovider", "xdist", "connections-as-code")
    options = ("-q", "-s", "-p", "mutant_runner", *(f"-pno:{plugin}" for plugin in without))
    command = (sys.executable, "-m", "pytest", *options, *tests)
    subprocess.run(command, cwd=folder, env=environ, check=False, stdout=subprocess.DEVNULL)
    if not results.exists():
        raise SystemExit("The tests do not pass without a mutant.")
    found: dict[str, tuple[str, str]] = json.loads(results.read_text(encoding="utf-8"))
    return found


def _described(mutant: Mutant, verdict: tuple[str, str]) -> dict[str, Any]:
    result, test = verdict
    keys = ("path", "function", "before", "after")
    return {**dict(zip(keys, mutant.key, strict=True)), "result": result, "test": test}


def table(found: list[dict[str, Any]]) -> Iterable[str]:
    """Return a line for each module, and one for all: what became of its mutants."""
    counts = _counts(found)
    yield "| module | mutants | caught by types | killed | timeout | survived | no tests | killed |"
    yield "|---|---|---|---|---|---|---|---|"
    for path, count in counts.items():
        yield _row(f"`{path.removeprefix('constructs_lib/')}`", count)
    yield _row("together", sum(counts.values(), Counter()))


def _row(name: str, count: Counter[str]) -> str:
    columns = ("types", "killed", "timeout", "survived", "no tests")
    numbers = " | ".join(str(count[column]) for column in columns)
    return f"| {name} | {count.total()} | {numbers} | {killed(count):.1%} |"


def killed(count: Counter[str]) -> float:
    """Return the part of the mutants that tests killed, of those that mypy lets pass."""
    tried = count.total() - count["types"]
    return (count["killed"] + count["timeout"]) / tried if tried else 1.0


def check(found: list[dict[str, Any]]) -> int:
    """Print the survivors that have no reason in ``survivors.json``, and reasons that are stale.

    :returns: 1 if a survivor is new, or too few mutants of a module are killed; else 0
    """
    known = {_key(one) for one in json.loads(SURVIVORS.read_text(encoding="utf-8"))}
    survived = {_key(one) for one in found if one["result"] in LEFT}
    for key in sorted(survived - known):
        sys.stdout.write("a new survivor: {} {}\n  - {}\n  + {}\n".format(*key))
    run = {one["path"] for one in found}
    for key in sorted(key for key in known - survived if key[0] in run):
        sys.stdout.write("no survivor any more: {} {}\n  - {}\n  + {}\n".format(*key))
    weak = {path: part for path, part in _parts(found).items() if part < LEAST}
    for path, part in weak.items():
        sys.stdout.write(f"{path}: killed {part:.1%}, which is under {LEAST:.0%}\n")
    return 1 if survived - known or weak else 0


def _parts(found: list[dict[str, Any]]) -> dict[str, float]:
    """Return for each module the part of its mutants that tests killed."""
    return {path: killed(count) for path, count in _counts(found).items()}


def _counts(found: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for one in found:
        counts.setdefault(one["path"], Counter())[one["result"]] += 1
    return counts


def _key(one: dict[str, Any]) -> tuple[str, ...]:
    return (one["path"], one["function"], one["before"], one["after"])


if __name__ == "__main__":
    sys.exit(main())
