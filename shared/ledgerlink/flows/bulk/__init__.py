"""Kinds of bulk job, one file each. A new kind is a file here and a line in ``REGISTRY``."""
