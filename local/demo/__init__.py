"""The product at work on one machine, told as a story and checked against the ledger's own books."""
