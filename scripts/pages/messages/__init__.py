"""What makes ``docs/messages.md``: every message that a user can see, read from the source.

=============  ==================================================================================
module         what it does
=============  ==================================================================================
``sources``    the modules of the product, and what their names stand for
``templates``  an expression of the source as the text that it makes, with holes for values
``collect``    the messages: diagnostics, failures of an API, findings, and what commands say
``page``       the page
``wording``    how a message has to be worded
=============  ==================================================================================
"""
