"""What is due goes to the ledger: looked at, decided, written ahead, sent and settled."""
