"""The page of a provider, or of what one offers, as the registry has it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from textwrap import fill

from constructs_lib import schemas
from pages.attributes import section
from pages.catalogue import ROOT, Subject
from pages.regions import END_OF_HEADER, refreshed, with_header
from pages.signatures import Construct

_QUERY = """\
list "{type}" "all" {{
  provider = fivetranops
  limit    = 1000

  config {{
    service = "postgres"
  }}
}}
"""
"""The example of a list with the filters of the list of connections."""
_LIKE_OTHERS = (
    "Pages, `limit`, names and errors are those of the [list of connections](connection.md)."
)


def page(subject: Subject, constructs: list[Construct]) -> str:
    """Return the page as it has to be: with what is written by hand, if it is there already.

    :param subject: what it is about
    :param constructs: all constructs; those of the subject are linked
    :raises PageError: if it quotes a file that does not exist
    """
    old = subject.page.read_text(encoding="utf-8") if subject.page.is_file() else _skeleton(subject)
    own = [construct for construct in constructs if construct.schema == subject.schema]
    text = with_header(old, _header(subject, own))
    return refreshed(text, subject.page, schema=section(subject.schema))


def list_files(subject: Subject) -> dict[Path, str]:
    """Return the page and the example of a list that its resource describes, by their paths.

    Nothing in them is written by hand: such lists differ in what they list alone.
    """
    example = subject.hcl.relative_to(ROOT)
    query = _QUERY.format(type=subject.type)
    resource = schemas.load(subject.type).document
    behaviour = "".join(map(_bullet, (*resource["x-list"]["behaviour"], _LIKE_OTHERS)))
    text = (
        f"<!-- example: {example} -->\n```hcl\n{query}```\n<!-- /example -->\n\n"
        f"## Behaviour\n\n{behaviour}\n"
        f"<!-- schema -->\n{section(subject.schema)}<!-- /schema -->\n"
    )
    page = f"{_header(subject, [])}{END_OF_HEADER}\n## Example Usage\n\n{text}"
    return {subject.hcl: query, subject.page: page}


def _bullet(text: str) -> str:
    return (
        fill(
            text,
            120,
            initial_indent="* ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        + "\n"
    )


def _header(subject: Subject, constructs: list[Construct]) -> str:
    description = schemas.load(subject.schema).description
    title = f"{subject.type} {subject.kind} - {subject.provider}"
    heading = f"{subject.type} ({subject.kind})"
    if subject.kind == "Provider":
        title, heading = f"{subject.provider} Provider", f"{subject.provider} Provider"
    links = ", ".join(f"[`{each.name}`]({_link(subject.page, each.page)})" for each in constructs)
    in_python = f"In Python this is {links}.\n\n" if links else ""
    return f"{front_matter(title, description)}\n# {heading}\n\n{description}\n\n{in_python}"


def front_matter(title: str, description: str) -> str:
    """Return the front matter, which the registry reads at the beginning of each page.

    :param title: the title of the page
    :param description: what is described, of which the first sentence is taken
    """
    first = re.split(r"(?<=\.)\s", description, maxsplit=1)[0]
    return f'---\npage_title: "{title}"\nsubcategory: ""\ndescription: |-\n  {first}\n---\n'


def _link(page: Path, target: Path) -> str:
    return os.path.relpath(target, page.parent)


def _skeleton(subject: Subject) -> str:
    """Return the first form of a new page, to be completed by hand."""
    blocks = "".join(
        f"<!-- example: {file.relative_to(ROOT)} -->\n<!-- /example -->\n\n"
        for file in subject.quoted
    )
    return f"<!-- /header -->\n\n## Example Usage\n\n{blocks}<!-- schema -->\n<!-- /schema -->\n"
