"""The driver of the mutants: which it makes, what becomes of them, and what is reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mutants
import pytest
from mutants import LEFT, check, run_area, table
from mutation_areas import AREAS, ROOT, Area

MODULE = '''"""A module."""

from __future__ import annotations


def larger(one: int, other: int) -> int:
    """Return the larger one."""
    return one if one > other else other


def name(number: int) -> str:
    """Return a word."""
    return "few" if number < 3 else "many"


class Doubler:
    """Doubles numbers."""

    def twice(self, number: int) -> int:
        """Return twice a number."""
        result = 2 * number
        return result
'''
TESTS = """
from constructs_lib.toy import larger


def test_larger():
    assert larger(1, 2) == 2
    assert larger(2, 1) == 2
"""
MORE_TESTS = """
from constructs_lib.toy import Doubler, name


def test_name():
    assert [name(number) for number in (2, 3)] == ["few", "many"]


def test_twice():
    assert Doubler().twice(2) == 4
"""
SETTINGS = """
[tool.mypy]
strict = true
[tool.pytest.ini_options]
addopts = "-p no:schemathesis"
"""


AREA = Area(("constructs_lib/toy.py",), ("tests/unit",))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a function that is tested, and one that is not."""
    folder = tmp_path_factory.mktemp("mutated")
    for part in ("constructs_lib", "scripts", "tests/unit"):
        (folder / part).mkdir(parents=True)
    (folder / "constructs_lib/__init__.py").write_text("")
    (folder / "constructs_lib/toy.py").write_text(MODULE)
    (folder / "tests/unit/test_toy.py").write_text(TESTS)
    (folder / "pyproject.toml").write_text(SETTINGS)
    return folder


@pytest.fixture(scope="module")
def found(project: Path) -> list[dict[str, Any]]:
    """What became of its mutants."""
    return run_area(AREA, ["constructs_lib/toy.py"], 2, root=project)


def test_mutants_are_killed_survive_or_have_no_tests(found: list[dict[str, Any]]) -> None:
    # Given a project with one function that is tested, whose mutants ran

    # Then each has its verdict, and one that changes nothing survives
    assert all(one["path"] == "constructs_lib/toy.py" for one in found)
    results = {(one["function"], one["after"]): one["result"] for one in found}
    assert results == {
        ("larger", "return one if (one > other) and False else other"): "killed",
        ("larger", "return one if (one > other) or True else other"): "killed",
        ("larger", "return one if one >= other else other"): "survived",
        ("name", 'return "few" if (number < 3) and False else "many"'): "no tests",
        ("name", 'return "few" if (number < 3) or True else "many"'): "no tests",
        ("name", 'return "XXfewXX" if number < 3 else "many"'): "no tests",
        ("name", 'return "few" if number <= 3 else "many"'): "no tests",
        ("name", 'return "few" if number < 4 else "many"'): "no tests",
        ("name", 'return "few" if number < 3 else "XXmanyXX"'): "no tests",
        ("Doubler.twice", "result = None"): "types",
        ("Doubler.twice", "result = 2 / number"): "types",
        ("Doubler.twice", "result = 3 * number"): "no tests",
    }
    killers = {one["test"] for one in found if one["result"] == "killed"}
    assert killers == {"tests/unit/test_toy.py::test_larger"}


def test_mutants_that_survived_run_again(project: Path, found: list[dict[str, Any]]) -> None:
    # Given the results of a run, and a test that is new since then
    before = found
    (project / "tests/unit/test_toy.py").write_text(MORE_TESTS)

    # When only what survived is run again
    after = run_area(AREA, ["constructs_lib/toy.py"], 2, before, root=project)

    # Then what was killed is as before, though no test of it is left
    assert [one for one in before if one["result"] == "killed"] == [
        one for one in after if one["result"] == "killed" and one["function"] == "larger"
    ]
    left = {(one["function"], one["after"]) for one in after if one["result"] in LEFT}
    assert left == {("larger", "return one if one >= other else other")}


def result(after: str, result: str, path: str = "a.py") -> dict[str, Any]:
    return {"path": path, "function": "f", "before": "x", "after": after, "result": result}


def test_table_counts_each_module_and_all() -> None:
    found = [result("1", "killed"), result("2", "timeout"), result("3", "types")]
    found += [result("4", "survived", "b.py"), result("5", "no tests", "b.py")]

    assert list(table(found))[2:] == [
        "| `a.py` | 3 | 1 | 1 | 1 | 0 | 0 | 100.0% |",
        "| `b.py` | 2 | 0 | 0 | 0 | 1 | 1 | 0.0% |",
        "| together | 5 | 1 | 1 | 1 | 1 | 1 | 50.0% |",
    ]


@pytest.mark.parametrize("verdict", ["survived", "no tests"])
def test_new_survivor_is_an_error(
    verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    known = tmp_path / "survivors.json"
    known.write_text(json.dumps([result("known", "") | {"reason": "it is the same"}]))
    monkeypatch.setattr(mutants, "SURVIVORS", known)
    killed = [result(str(number), "killed") for number in range(20)]

    assert check([*killed, result("known", verdict)]) == 0
    assert capsys.readouterr().out == ""
    assert check([*killed, result("known", verdict), result("new", verdict)]) == 1
    assert capsys.readouterr().out == "a new survivor: a.py f\n  - x\n  + new\n"
    assert check(killed) == 0
    assert capsys.readouterr().out == "no survivor any more: a.py f\n  - x\n  + known\n"


def test_too_few_killed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    known = tmp_path / "survivors.json"
    known.write_text(json.dumps([result("known", "")]))
    monkeypatch.setattr(mutants, "SURVIVORS", known)

    assert check([result("known", "survived"), *[result("1", "killed")] * 8]) == 1
    assert capsys.readouterr().out == "a.py: killed 88.9%, which is under 90%\n"


def test_each_area_has_modules_and_tests() -> None:
    for area in AREAS.values():
        assert all(list(ROOT.glob(pattern)) for pattern in area.modules)
        assert all((ROOT / tests).exists() for tests in area.tests)
        assert area.files()
        assert area.files("no such module") == []


def test_each_survivor_has_a_reason_that_the_page_tells() -> None:
    known = json.loads(mutants.SURVIVORS.read_text(encoding="utf-8"))
    page = (ROOT / "tests/README.md").read_text(encoding="utf-8")

    assert all((ROOT / one["path"]).exists() for one in known)
    assert [one for one in known if len(one["reason"].split()) < 3] == []
    assert [one for one in known if f"`{one['function']}`" not in page] == []
    assert [one for one in known if one["reason"] not in page] == []
