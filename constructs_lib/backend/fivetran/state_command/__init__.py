"""``python -m constructs_lib.backend state``: the state of a connection without Terraform.

For the person on call: look at a state, keep it, move it, go back. What is done to a connection,
what is said of it and what a crash leaves behind are those of the resource
``fivetranops_connection_state``, whose modules are used; here is what a command needs besides.
``commands`` begins.
"""
