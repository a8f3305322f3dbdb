"""The connection of a company to its organisation in the ledger, and its tokens."""
