"""Companies: their settings, members and mappings."""
