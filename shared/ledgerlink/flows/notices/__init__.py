"""Whoever is told: people by e-mail, the CRM by webhook."""
