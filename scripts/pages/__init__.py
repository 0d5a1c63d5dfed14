"""What makes the pages below ``docs/``: read from the schemas, the constructs and the examples.

=================  ============================================================================
module             what it makes
=================  ============================================================================
``catalogue``      which page there is for what
``regions``        the marked parts of a page, which are made; all else is written by hand
``attributes``     the section Schema of a provider, resource, data source, ephemeral resource
``signatures``     what a construct takes and offers, read from its source
``constructs``     the page of a construct
``lifecycle``      the page of ``Lifecycle``
``overview``       the table of all pages of the reference
``references``     the page of a provider, resource, data source or ephemeral resource
``commands``       the page of the command ``connections``
``dependencies``   the page of the dependencies
``messages``       the page of all messages
=================  ============================================================================
"""
