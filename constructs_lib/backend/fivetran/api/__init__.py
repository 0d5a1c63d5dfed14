"""Fivetran's REST API: client, errors, rate limit, pagination, batched reads."""
