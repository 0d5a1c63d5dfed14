"""The commands about the catalogue of services: ``python -m constructs_lib.schemas.catalogue``.

``refresh`` takes the facts about services from a newer contract or from an account, ``show``
prints the fields of a service, ``search`` finds services. What the facts are, and how they are
read, stands in ``constructs_lib.schemas.catalogue.service_facts``.
"""
