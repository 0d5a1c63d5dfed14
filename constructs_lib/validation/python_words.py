"""Findings in the words of Python, where a stack is written in it: ``True``, ``False``, ``None``.

The rules speak of values as JSON, YAML and HCL write them.
"""

from __future__ import annotations

import re

from constructs_lib.validation.findings import Finding

_PYTHON = {"true": "True", "false": "False", "null": "None"}
# What is quoted is somebody's own text, and stays; so does a part of a longer name.
_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|(?<![\w.$/-])(?:true|false|null)(?![\w(-]|\.\w)")


def in_python(finding: Finding) -> Finding:
    """Return a finding about Python code with Python's words in it; itself if nothing differs.

    :param finding: with the words of the rules
    """
    own = (finding.found, finding.allowed, finding.hint)
    found, allowed, hint = map(_translated, own)
    if (found, allowed, hint) == own:
        return finding
    return finding._replace(found=found, allowed=allowed, hint=hint)


def _translated(text: str) -> str:
    return _WORD.sub(lambda match: _PYTHON.get(match.group(), match.group()), text)
