"""The docs site: what ``mkdocs.yml`` cannot say by itself."""
