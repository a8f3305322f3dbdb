"""Records as CSV, both ways."""
