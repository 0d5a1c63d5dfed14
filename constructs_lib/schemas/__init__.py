"""The description of each resource, in one place: its JSON Schema.

Each provider and each resource is described by one file, ``<name>.schema.json``, each data source
by ``data.<name>.schema.json``, each ephemeral resource by ``ephemeral.<name>.schema.json``, each
list resource by ``list.<name>.schema.json`` or ``x-list`` of its resource, each action by
``action.<name>.schema.json``, and each backend of Terraform by ``backend.<name>.schema.json`` (JSON
Schema draft 2020-12). The checks before synth, the provider's Terraform schema, the parameters of
the constructs and the sandbox's request checks are made from it or checked against it. The keywords
mean:

===========================  ====================================================================
keyword                      meaning
===========================  ====================================================================
``required``                 the configuration must set the attribute
``readOnly``                 only the API sets it (Terraform: computed)
``writeOnly``                a secret that is sent, but never stored (Terraform: write-only)
``format: password``         sensitive: Terraform hides it
``default``                  the value when it is left out; ``null`` means that only the
                             configuration says it: nothing is taken over from a response
``x-forces-replacement``     a change replaces the resource (an extension keyword)
``x-identity``               part of the identity by which Terraform 1.12 and later knows an object:
                             ``required`` or ``optional`` for an import by it. Texts, numbers and
                             booleans of the root only; references do not take it over (an extension
                             keyword)
``x-only-with``              the value of another attribute without which this one does not count
                             (an extension keyword)
``x-clearable``              the empty value clears the attribute: null is sent to the API
                             (an extension keyword)
``x-request``                the requests that carry the value: ``create``, ``update``, ``test`` (of
                             the setup); ``[]``: none. What is write-only goes inside the attribute
                             that its name without ``_wo`` names (an extension keyword)
``x-response``               where a response has the value, such as ``status.setup_state``;
                             ``null``: nowhere. What creation and update carry and no response has
                             only steers those requests (an extension keyword)
``x-allowed``                what is allowed, in words, where ``pattern`` or a least number says it
                             for programs (an extension keyword)
``x-time-limit``             how long an operation may take whose duration is left out (an extension
                             keyword)
``x-enum-ignoring-case``     the allowed texts, whatever their case (an extension keyword)
``x-item-keys``              the lists of objects whose order means nothing, each with the fields
                             that tell its items apart: the first that all items have counts (an
                             extension keyword)
``x-construct``              the words of a construct about a connection, which is generated: its
                             ``summary``, its ``text``, ``what`` it describes, and what ``count``
                             and ``import_id`` mean (an extension keyword)
``x-list``                   that there is a list of such resources for ``terraform query``, which
                             takes the filters of the list of connections: its ``description``, and
                             sentences about its ``behaviour`` (an extension keyword)
``x-rules``                  the module of ``rules`` with the rules of the resource (an extension
                             keyword)
``x-section``                the section of environment files that holds such resources, see
                             ``sections`` (an extension keyword)
``format: path``             a file of this machine
``format: uri``              an address
``contentMediaType``         ``application/json``: the JSON text of the object may be given, too
``x-environment-variable``   from where Terraform takes a setting of a backend that is left out (an
                             extension keyword)
``$ref``                     an attribute of another of these files, see ``model``
``x-attributes-of``          the attributes of another of these files, as they are read, see
                             ``model`` (an extension keyword)
===========================  ====================================================================

An optional attribute without ``default`` is not managed when it is left out: the API's value is
read and kept (Terraform: optional and computed).

The catalogue of services says what ``config`` and ``auth`` may hold: its facts and commands are in
``catalogue``, the rules about them in ``rules``.

The provider loads this package at start, so it imports little, and only the standard library: the
catalogue is loaded when something of it is first used.
"""

from typing import TYPE_CHECKING, Any

from constructs_lib.schemas.model import (
    IGNORING_CASE,
    Attribute,
    Kind,
    ResourceSchema,
    is_identifier,
    load,
    names,
)
from constructs_lib.schemas.redaction import MASK, is_mask

if TYPE_CHECKING:
    from constructs_lib.schemas.catalogue.service_facts import (
        DESTINATION_SCHEMA_KEYS,
        SERVICES_WITH_STATE,
        Field,
        FieldKind,
        Service,
        allowed_words,
        destination_schema_name,
        service,
        services,
    )

__all__ = [
    "DESTINATION_SCHEMA_KEYS",
    "IGNORING_CASE",
    "MASK",
    "SERVICES_WITH_STATE",
    "Attribute",
    "Field",
    "FieldKind",
    "Kind",
    "ResourceSchema",
    "Service",
    "allowed_words",
    "destination_schema_name",
    "is_identifier",
    "is_mask",
    "load",
    "names",
    "service",
    "services",
]


if not TYPE_CHECKING:  # Otherwise a type checker would believe in every name.

    def __getattr__(name: str) -> Any:
        """Load the catalogue of services as soon as something of it is needed."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from constructs_lib.schemas.catalogue import service_facts

        found = globals()[name] = getattr(service_facts, name)
        return found
