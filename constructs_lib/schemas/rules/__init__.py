"""The rules across attributes, and those that check a connection by the catalogue of services.

The checks before synth and the provider apply the same tables, each with its own names of the
attributes and its own way to tell what is not known yet: ``connection_rules``, ``sync_rules``,
``CONNECTION_DATA`` and ``ELASTIC_PROVIDER``. Other resources have a module of their own here, which
their schema names by ``x-rules``: ``own_rules`` loads it, and it describes its rules.

===========================  =======================================================================
rule                         finds
===========================  =======================================================================
``daily-sync-time``          a time of the daily sync without ``sync_frequency`` 1440
``data-delay-threshold``     a threshold without ``data_delay_sensitivity`` CUSTOM
``private-link``             a private link without its networking method, or the other way round
``proxy-agent``              a proxy agent without its networking method, or the other way round
``setup-tests``              setup tests that are required and not run
``trust-needs-tests``        trust in setup tests that are not run
``secret-twice``             a setting in the clear settings and in the secret ones
``mask``                     a mask of the API in place of a secret
``sync-mode``                tables without a re-sync, or a re-sync that is to be forced
``resync-extent``            a re-sync without an extent, or with two
``pause-wait``               a wait for the end of a sync without a pause
``connection-form``          a connection that is named in no way, or in two
``one-authentication``       two ways to authenticate with Elasticsearch
``sandbox-alone``            the embedded sandbox next to other endpoints
``unknown-service``          a service that the catalogue does not have (warning)
``services-file``            a file of the project that cannot be used
``destination-schema``       a missing, wrong or doubled form of the destination schema
``read-only-setting``        a setting that only Fivetran sets (warning)
``secret-in-config``         a secret in ``config``, which Terraform keeps in clear
``secret-in-auth``           a secret in ``auth``, which Terraform keeps in clear
``unknown-field``            a field that the service does not have
``field-type``               a value of a kind that the field does not take
``field-value``              a value that is not among the allowed ones
``unchecked-reason``         a field that is let through without a reason
``unchecked-unneeded``       a field that is let through and has nothing to be let through (warning)
===========================  =======================================================================

What the API accepts although the contract does not say so is accepted: a number as text, text that
is a number, ``"true"`` for true. Where it is not certain that the API refuses a value, the finding
is a warning, because a wrong block costs more than a mistake that is found later.
"""

from constructs_lib.schemas.rules.catalogue import (
    REASON_OF_IMPORT,
    SECRET_IN,
    catalogue_rules,
    settings_at_fault,
)
from constructs_lib.schemas.rules.resources import (
    CONNECTION_DATA,
    ELASTIC_PROVIDER,
    connection_rules,
    pause_action_rules,
    resync_action_rules,
    sync_rules,
)
from constructs_lib.schemas.rules.rule import (
    HCL,
    PYTHON,
    Inputs,
    Names,
    Problem,
    Rule,
    Severity,
    applied,
    own_rules,
)
from constructs_lib.schemas.rules.secrets import secret_places

__all__ = [
    "CONNECTION_DATA",
    "ELASTIC_PROVIDER",
    "HCL",
    "PYTHON",
    "REASON_OF_IMPORT",
    "SECRET_IN",
    "Inputs",
    "Names",
    "Problem",
    "Rule",
    "Severity",
    "applied",
    "catalogue_rules",
    "connection_rules",
    "own_rules",
    "pause_action_rules",
    "resync_action_rules",
    "secret_places",
    "settings_at_fault",
    "sync_rules",
]
