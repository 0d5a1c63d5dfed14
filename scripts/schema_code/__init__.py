"""The code of the constructs that only repeats a JSON Schema, made from that schema.

A construct is written by hand, except for two parts between marks: the attributes that others can
read, and the parameters that set attributes. The ``:param`` lines of these parameters are generated
as well.

* ``parameters``: the type, the default and the description of one parameter
* ``wording``: a description as the docstring of a construct has it
* ``modules``: the module of a construct with its generated parts
"""
