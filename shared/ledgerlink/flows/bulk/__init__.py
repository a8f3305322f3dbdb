"""Kinds of bulk job, one file each; ``registry`` names them all."""
