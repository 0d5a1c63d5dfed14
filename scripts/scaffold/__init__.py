"""What ``scripts/new_resource.py`` writes: the files and the lines that begin a resource."""
