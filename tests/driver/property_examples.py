"""How many examples the tests of properties try: few with all other tests, many in the soak."""

from __future__ import annotations

import os
from typing import Final

_TIMES: Final = int(os.environ.get("PROPERTY_EXAMPLES", "1"))


def examples(few: int) -> int:
    """Return the number of examples of a test.

    :param few: how many it tries with all other tests; ``PROPERTY_EXAMPLES`` multiplies it
    """
    return few * _TIMES
