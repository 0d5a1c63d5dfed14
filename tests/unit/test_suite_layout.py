"""The modules of the tests, as pytest finds them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_each_test_module_has_a_name_of_its_own() -> None:
    # pytest imports them by their base names, and refuses the second of two.
    names = Counter(path.name for path in TESTS.rglob("test_*.py"))

    assert names
    assert [name for name, number in names.items() if number > 1] == []
