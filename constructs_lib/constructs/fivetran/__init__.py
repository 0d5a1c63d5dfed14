"""The constructs of Fivetran."""
