"""``python -m constructs_lib.backend state``: the state of a connection without Terraform.

For the person on call: read a state, save it, change it, go back. The steps, the messages and the
recovery after a crash are those of the resource ``fivetranops_connection_state``, whose modules are
used. ``commands`` is the entry point.
"""
