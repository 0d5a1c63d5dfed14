"""The description of an attribute in the words of a docstring.

A schema describes an attribute in plain text, for Terraform. The docstring of a construct says the
same to an author of Python: with the names of the parameters, in the marks of code, with ``None``
for null, and as a part of a sentence, as all ``:param`` lines are. The sentences about changes that
send nothing are left out: the page of the resource has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from constructs_lib import schemas
from constructs_lib.schemas import IGNORING_CASE, Attribute, Kind
from schema_code.parameters import parameter_name

_SENTENCES: Final = re.compile(r"(?<=\.)\s+")
_LEFT_OUT: Final = "A change of this alone sends nothing"
_WORD: Final = re.compile(r"(?<![\w.{/`\"'-])[A-Za-z0-9]\w*(?:(?:\[\])?\.[a-z]\w*)*")
_PYTHON: Final = {"null": "None", "true": "True", "false": "False"}
_NAMES: Final = ("True", "False", "Fivetran", "Terraform", "Elasticsearch", "Elastic")
"""What begins with a capital wherever it is in a sentence."""


def meaning(attribute: Attribute, schema: str) -> str:
    """Return what the docstring says of a parameter.

    :param attribute: the attribute that it sets
    :param schema: the name of its schema
    """
    described = " ".join(_sentences(attribute))
    named = {each.name: each for each in schemas.load(schema).attributes.values()}
    values = attribute.rule.get("enum") or attribute.rule.get(IGNORING_CASE) or ()
    allowed = {str(value) for value in values}
    text = _WORD.sub(lambda found: _marked(found[0], named, allowed), described)
    if isinstance(attribute.default, str):
        code = f"``{attribute.default}``"
        text = text.replace(code, f"{code} (default)", 1)
    parameter = parameter_name(attribute)
    other_name = f"; in Terraform ``{attribute.name}``" if parameter != attribute.name else ""
    return _begun_small(text).removesuffix(".") + other_name


def _sentences(attribute: Attribute) -> Iterable[str]:
    described = str(attribute.rule.get("description", ""))
    yield from (each for each in _SENTENCES.split(described) if not each.startswith(_LEFT_OUT))
    if IGNORING_CASE in attribute.rule:
        yield f"Allowed: {', '.join(map(_code, attribute.rule[IGNORING_CASE]))}."
    if attribute.attributes:
        yield f"Keys: {', '.join(map(_code, attribute.attributes))}."
    if attribute.clearable:
        yield f"An empty {'text' if attribute.kind is Kind.STRING else 'mapping'} clears it."


def _marked(word: str, named: dict[str, Attribute], allowed: set[str]) -> str:
    """Return a word as Python has it, in the marks of code if it is none of English."""
    if word in named and parameter_name(named[word]) != word:
        return _code(parameter_name(named[word]))
    if word in allowed or "_" in word or "." in word:
        return _code(word)
    return _PYTHON.get(word, word)


def _code(word: str) -> str:
    return f"``{word}``"


def _begun_small(text: str) -> str:
    first = text.partition(" ")[0].rstrip(".,:;'s")
    is_name = first in _NAMES or text[1:2].isupper()
    return text if is_name else text[:1].lower() + text[1:]
