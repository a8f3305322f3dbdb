"""Unresolved errors: tried again, fixed, or let rest."""
