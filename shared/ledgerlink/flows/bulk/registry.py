"""Every kind of bulk job by its name: adding one is a file here and a line below."""

from __future__ import annotations

from .export_organizations import ExportOrganizations
from .import_contacts import ImportContacts
from .work import Bulk

REGISTRY: dict[str, Bulk] = {kind.name: kind for kind in (ImportContacts(), ExportOrganizations())}
