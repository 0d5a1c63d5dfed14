"""The resource and the ephemeral resource ``fivetranops_connect_card``."""
