"""Bulk jobs: how people handle them, their turns, and each kind of job in a file; ``registry`` names them all."""
