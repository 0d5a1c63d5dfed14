"""Write the software bill of materials of a wheel: what is installed with it, and the licences.

``build_package.py`` writes it beside the wheel. It is a CycloneDX document, version 1.6. It names
what the wheel requires, and what that requires in turn, in the versions of the environments of this
checkout: those that the tests run with. What only an extra needs is optional. The hash of the wheel
is in it; those of the others are not, because pip does not keep the archives that it installs. The
same wheel and environments give the same bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import Message
from hashlib import sha256
from importlib.metadata import Distribution
from pathlib import Path
from typing import Final, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5
from zipfile import ZipFile

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from toolkits import TOOLKITS, Toolkit

_RANGE: Final = "connections-as-code:required-versions"
"""The property of a component that the wheel itself requires: the versions that it accepts."""

_CLASSIFIERS: Final = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""SPDX identifiers of classifiers, for packages that have no licence field that says something."""


class NotInstalled(Exception):
    """A required package is missing in an environment, or has a version that is not accepted."""


class _Wheel(NamedTuple):
    """What a wheel says of itself."""

    metadata: Message
    built: datetime
    digest: str


def bill(wheel: Path) -> str:
    """Return the bill of materials of a wheel, as JSON.

    :raises NotInstalled: if an environment of the checkout lacks a required package
    """
    read = _read(wheel)
    bom = Bom(serial_number=UUID(int=0))
    bom.metadata.timestamp = read.built
    root = _component(read.metadata)
    root.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=read.digest))
    bom.metadata.component = root
    _add_required(bom, root, read.metadata, TOOLKITS[0], extra="")
    for toolkit in TOOLKITS:
        _add_required(bom, root, read.metadata, toolkit, extra=toolkit.name)
    # The number names the content, so that it is the same whenever the content is.
    content = JsonV1Dot6(bom).output_as_string()
    bom.serial_number = uuid5(NAMESPACE_URL, sha256(content.encode()).hexdigest())
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _read(wheel: Path) -> _Wheel:
    content = wheel.read_bytes()
    with ZipFile(wheel) as archive:
        entries = archive.infolist()
        (name,) = [e.filename for e in entries if e.filename.endswith(".dist-info/METADATA")]
        built = datetime(*max(e.date_time for e in entries), tzinfo=timezone.utc)
        return _Wheel(message_from_bytes(archive.read(name)), built, sha256(content).hexdigest())


def _add_required(bom: Bom, root: Component, top: Message, toolkit: Toolkit, extra: str) -> None:
    """Add what a package requires, and what that requires; breadth first, each of it once."""
    is_optional = bool(extra)
    waiting = deque([(root, top, frozenset({extra}))])
    known: dict[str, Component] = {}
    while waiting:
        parent, metadata, extras = waiting.popleft()
        children = []
        for requirement in _requirements(metadata, extras):
            found = _installed(requirement, toolkit)
            name = canonicalize_name(requirement.name)
            if name not in known:
                known[name] = _listed(bom, _component(found), is_optional=is_optional)
                waiting.append((known[name], found, frozenset({"", *requirement.extras})))
            if parent is root:
                _note_range(known[name], requirement)
            children.append(known[name])
        bom.register_dependency(parent, children)


def _requirements(metadata: Message, extras: frozenset[str]) -> Iterator[Requirement]:
    """Yield what a package requires on this platform, for any of the extras."""
    for text in metadata.get_all("Requires-Dist") or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None:
            is_needed = "" in extras
        else:
            is_needed = any(marker.evaluate({"extra": extra}) for extra in sorted(extras))
        if is_needed:
            yield requirement


def _installed(requirement: Requirement, toolkit: Toolkit) -> Message:
    """Return the metadata of what an environment has.

    :raises NotInstalled: if that does not satisfy the requirement
    """
    folders = [str(each) for each in toolkit.venv.glob("lib/python*/site-packages")]
    for found in Distribution.discover(name=requirement.name, path=folders):
        if requirement.specifier.contains(found.version, prereleases=True):
            return message_from_bytes(str(found.read_text("METADATA")).encode())
    raise NotInstalled(f"{toolkit.venv} has no {requirement}. Run 'make setup-dev'.")


def _component(metadata: Message) -> Component:
    name, version = canonicalize_name(metadata["Name"]), metadata["Version"]
    url = PackageURL("pypi", None, name, version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
        description=metadata["Summary"],
        licenses=[_licence(metadata)],
    )


def _listed(bom: Bom, component: Component, *, is_optional: bool) -> Component:
    """Add a component to the bill, unless it is there; return the one that is there."""
    known: Component
    for known in bom.components:
        if known.bom_ref == component.bom_ref:
            return known
    component.scope = ComponentScope.OPTIONAL if is_optional else ComponentScope.REQUIRED
    bom.components.add(component)
    return component


def _licence(metadata: Message) -> License:
    told = metadata["License-Expression"] or metadata["License"] or ""
    classified = [_CLASSIFIERS.get(each) for each in metadata.get_all("Classifier") or []]
    identifier = next(filter(None, classified), None)
    if identifier and told in ("", "UNKNOWN"):
        told = identifier
    return LicenseFactory().make_from_string(told or "unknown")


def _note_range(component: Component, requirement: Requirement) -> None:
    versions = str(requirement.specifier) or "any"
    component.properties.add(Property(name=_RANGE, value=versions))
