"""Records as people and the CRM handle them: saved, linked, held, found, put back."""
