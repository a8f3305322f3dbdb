"""What changed in the ledger comes here: marked, read, decided and stored."""
