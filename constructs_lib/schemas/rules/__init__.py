"""The rules that hold the settings of a connection against the catalogue of services.

``catalogue_rules`` makes the table of them. The checks before synth and the provider apply the same
table, each with its own names of the attributes and its own way to tell what is not known yet.

===========================  =======================================================================
rule                         finds
===========================  =======================================================================
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

from constructs_lib.schemas.rules.secrets import secret_places
from constructs_lib.schemas.rules.table import catalogue_rules, settings_at_fault
from constructs_lib.schemas.rules.types import (
    HCL,
    PYTHON,
    Inputs,
    Names,
    Problem,
    Rule,
    Severity,
)

__all__ = [
    "HCL",
    "PYTHON",
    "Inputs",
    "Names",
    "Problem",
    "Rule",
    "Severity",
    "catalogue_rules",
    "secret_places",
    "settings_at_fault",
]
