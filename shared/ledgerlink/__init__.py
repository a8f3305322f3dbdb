"""Ledgerlink keeps a business system and an accounting ledger in step, both ways."""

__version__ = "0.1.0"
