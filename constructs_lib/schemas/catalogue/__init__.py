"""The catalogue of services, and its commands: ``python -m constructs_lib.schemas.catalogue``.

``refresh`` takes the facts about services from a newer contract or from an account, ``show``
prints the fields of a service, ``search`` finds services. The facts themselves, and how they are
read, are in ``constructs_lib.schemas.catalogue.service_facts``.
"""
