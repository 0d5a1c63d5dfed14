"""Files with facts about services, in which one service is found without reading the others.

Two of them are laid over one another: ``services.json`` of this package, and the file of the
project, ``fivetran-services.json``, which ``python -m constructs_lib.schemas.catalogue refresh``
writes. Terraform starts the provider below the project, so that file is looked for in the working
directory and in those above it; the environment variable ``FIVETRAN_SERVICES`` names another one.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import Any

from constructs_lib.schemas.fields import FieldKind

PACKAGED = os.path.join(os.path.dirname(__file__), "services.json")
"""The file of this package."""
PROJECT_NAME = "fivetran-services.json"
"""Name of the file of a project."""
VARIABLE = "FIVETRAN_SERVICES"
"""The environment variable that names the file of a project."""

_KINDS = frozenset(kind.value for kind in FieldKind)
_ENTRY = re.compile(r'^"([^"\\]+)": \{', re.MULTILINE)
_DECODER = json.JSONDecoder()


class ServicesFile:
    """The text of one file, and the services in it. Each service begins a line with its name."""

    def __init__(self, text: str) -> None:
        self._text = text

    def names(self) -> list[str]:
        """The names of the services, in the order of the file."""
        return _ENTRY.findall(self._text)

    def entry(self, name: str) -> dict[str, Any] | None:
        """The lines of one service, parsed; None if the file has no such service.

        :raises ValueError: if they are no JSON object
        """
        mark = f"\n{json.dumps(name)}: "
        start = self._text.find(mark)
        if start < 0:
            return None
        entry, _ = _DECODER.raw_decode(self._text, start + len(mark))
        if not isinstance(entry, dict):
            raise ValueError(f"{name} is no object")
        return entry

    def allowed_words(self) -> dict[str, set[str]]:
        """The texts that are allowed, in lower case, by the path of their field, such as
        ``config.auth_method``; those of all services together.

        :raises ValueError: if the file is no JSON
        """
        found: dict[str, set[str]] = {}
        for entry in json.loads(self._text).values():
            for path, fact in entry.items():
                if isinstance(fact, list) and path.partition(".")[1]:
                    found.setdefault(path, set()).update(word.lower() for word in fact)
        return found

    def require_form(self) -> None:
        """Makes sure that all of it is as the command ``refresh`` writes it.

        :raises ValueError: if it is not
        """
        _require_form(json.loads(self._text), self.names())


def read(path: str | os.PathLike[str]) -> ServicesFile:
    """A file of facts.

    :raises OSError: if it cannot be read
    :raises ValueError: if it is no text in UTF-8
    """
    with open(path, encoding="utf-8") as file:
        return ServicesFile(file.read())


@cache
def packaged() -> ServicesFile:
    """The file of this package, read once."""
    return read(PACKAGED)


@cache
def project() -> tuple[ServicesFile | None, str]:
    """The file of the project, read once, and what is wrong with it.

    :returns: None if there is none, or if it cannot be used; and in words why it cannot, or the
        empty text. A damaged file must not stop what does not need it, so nothing is raised: the
        rule ``services-file`` reports it.
    """
    path = project_path()
    if path is None:
        return None, ""
    try:
        found = read(path)
        found.require_form()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return None, f"{os.path.basename(os.path.normpath(path))} cannot be used: {reason}"
    return found, ""


def project_path() -> str | None:
    """Where the file of the project is; None if there is none."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    try:
        folder = os.getcwd()
    except OSError:
        return None  # The working directory was deleted.
    while not os.path.isfile(path := os.path.join(folder, PROJECT_NAME)):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return path


def _require_form(document: Any, names: list[str]) -> None:
    if not isinstance(document, dict) or list(document) != names:
        raise ValueError("its lines are not as the command refresh writes them")
    for name, entry in document.items():
        for path, fact in entry.items():
            _require_fact(fact, f"{path} of {name}")


def _require_fact(fact: Any, place: str) -> None:
    texts = fact if isinstance(fact, list) else [fact]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{place} is neither text nor a list of texts")
    if isinstance(fact, str) and fact.split(" ")[0] not in _KINDS:
        raise ValueError(f"{fact!r} of {place} is no kind of field")
