"""Move connections from the state of Fivetran's own provider to a configuration of this one.

The state is only read, and nothing is asked of Fivetran: ``python -m constructs_lib.adopt.migrate
STATE --form hcl --out DIRECTORY``.
"""
