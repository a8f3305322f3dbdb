"""The composition root: which adapter serves which port. Everything is made when first asked for and kept while warm.

Adapters are imported here inside the properties, so that a function loads only what it uses.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from .settings import Settings

if TYPE_CHECKING:
    import httpx
    from pynamodb.connection import Connection

    from . import ports as p
    from .adapters.xero.credentials import XeroCredentials


T = TypeVar("T")


class Wiring:
    """``ports.Ports`` over the real adapters. Tests give their own clock, ids or HTTP transport."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: p.Clock | None = None,
        ids: p.Ids | None = None,
        parallel: p.Parallel | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self._clock, self._ids, self._parallel, self._transport = clock, ids, parallel, transport

    # ---------------------------------------------------------------- time, names, hands

    @cached_property
    def clock(self) -> p.Clock:
        from .adapters.clock import SystemClock

        return self._clock or SystemClock(self.settings.clock_file)

    @cached_property
    def ids(self) -> p.Ids:
        from .adapters.hands import TimeSortedIds

        return self._ids or TimeSortedIds()

    @cached_property
    def parallel(self) -> p.Parallel:
        from .adapters.hands import Hands

        return self._parallel or Hands()

    # ---------------------------------------------------------------- tables

    @cached_property
    def _tables(self) -> Connection:
        from .adapters.dynamodb.tables import bind

        return bind(self.settings)

    @cached_property
    def commit(self) -> p.Commit:
        from .adapters.dynamodb.commit import DynamoCommit

        return DynamoCommit(self._tables, self.parallel)

    @cached_property
    def records(self) -> p.Records:
        from .adapters.dynamodb.records import DynamoRecords

        return self._bound(DynamoRecords())

    @cached_property
    def links(self) -> p.Links:
        from .adapters.dynamodb.links import DynamoLinks

        return self._bound(DynamoLinks())

    @cached_property
    def activity(self) -> p.Activity:
        from .adapters.dynamodb.activity import DynamoActivity

        return self._bound(DynamoActivity())

    @cached_property
    def lanes(self) -> p.Lanes:
        from .adapters.dynamodb.control_ports import DynamoLanes

        return self._bound(DynamoLanes())

    @cached_property
    def companies(self) -> p.Companies:
        from .adapters.dynamodb.tokens import EncryptedCompanies

        return self._bound(EncryptedCompanies(self._aws("kms"), self.settings.token_key_id))

    @cached_property
    def marks(self) -> p.Marks:
        from .adapters.dynamodb.marks import DynamoMarks

        return self._bound(DynamoMarks())

    @cached_property
    def cursors(self) -> p.Cursors:
        from .adapters.dynamodb.control_ports import DynamoCursors

        return self._bound(DynamoCursors())

    @cached_property
    def wakes(self) -> p.Wakes:
        from .adapters.dynamodb.control_ports import DynamoWakes

        return self._bound(DynamoWakes())

    @cached_property
    def notices(self) -> p.Notices:
        from .adapters.dynamodb.control_ports import DynamoNotices

        return self._bound(DynamoNotices())

    @cached_property
    def subscriptions(self) -> p.Subscriptions:
        from .adapters.dynamodb.control_ports import DynamoSubscriptions

        return self._bound(DynamoSubscriptions())

    @cached_property
    def suggestions(self) -> p.Suggestions:
        from .adapters.dynamodb.control_ports import DynamoSuggestions

        return self._bound(DynamoSuggestions())

    @cached_property
    def reference(self) -> p.ReferenceData:
        from .adapters.dynamodb.control_ports import DynamoReferenceData

        return self._bound(DynamoReferenceData())

    @cached_property
    def members(self) -> p.Members:
        from .adapters.dynamodb.members import DynamoMembers

        return self._bound(DynamoMembers())

    @cached_property
    def answers(self) -> p.Answers:
        from .adapters.dynamodb.answers import DynamoAnswers

        return self._bound(DynamoAnswers())

    @cached_property
    def limits(self) -> p.Limits:
        from .adapters.dynamodb.limits import DynamoLimits

        return self._bound(DynamoLimits(self.clock))

    def _bound(self, adapter: T) -> T:
        """The adapter, once the models know their tables."""
        assert self._tables is not None
        return adapter

    # ---------------------------------------------------------------- queues, files, mail

    @cached_property
    def doorbells(self) -> p.Doorbells:
        from .adapters.queues import SqsDoorbells

        return SqsDoorbells(
            self._aws("sqs"),
            export_url=self.settings.export_queue_url,
            import_url=self.settings.import_queue_url,
            jobs_url=self.settings.jobs_queue_url,
            notices_url=self.settings.notices_queue_url,
            crm_notices_url=self.settings.crm_notices_queue_url,
        )

    @cached_property
    def files(self) -> p.Files:
        from .adapters.files import S3Files

        return S3Files(self._aws("s3"), self.settings.files_bucket)

    @cached_property
    def jobs(self) -> p.Jobs:
        from .adapters.jobs import StoredJobs

        return self._bound(StoredJobs(self.files))

    @cached_property
    def mailer(self) -> p.Mailer:
        from .adapters.mailer import SesMailer

        return SesMailer(self._aws("sesv2"), self.settings.mail_from)

    # ---------------------------------------------------------------- the CRM's ear

    @cached_property
    def crm_notices(self) -> p.CrmNotices:
        from .adapters.dynamodb.crm import DynamoCrmNotices

        return self._bound(DynamoCrmNotices())

    @cached_property
    def crm(self) -> p.Crm:
        from .adapters.crm import HttpCrm

        return HttpCrm(open_loopback=self.settings.local)

    @cached_property
    def seals(self) -> p.Seals:
        from .adapters.seals import KmsSeals

        return KmsSeals(self._aws("kms"), self.settings.token_key_id)

    def _aws(self, service: str) -> Any:
        from .adapters.aws import client

        return client(service, self.settings.region, self.settings.aws_endpoint_url)

    # ---------------------------------------------------------------- the ledger

    @cached_property
    def _xero(self) -> Any:
        from .adapters.xero.client import XeroClient, new_http

        return XeroClient(new_http(self._transport))

    @cached_property
    def _endpoints(self) -> Any:
        from .adapters.xero.client import XeroEndpoints

        return XeroEndpoints(
            api_url=self.settings.xero_api_url,
            identity_url=self.settings.xero_identity_url,
            login_url=self.settings.xero_login_url,
            connections_url=self.settings.xero_connections_url,
        )

    @cached_property
    def ledgers(self) -> p.Ledgers:
        from .adapters.xero.ledgers import XeroLedgers

        return XeroLedgers(
            client=self._xero,
            endpoints=self._endpoints,
            companies=self.companies,
            access=self.access,
            limits=self.limits,
            clock=self.clock,
        )

    def access(self, company: str) -> Any:
        """How a company's ledger gets its token."""
        from .flows.connection.tokens import Access

        return Access(company, self)

    @cached_property
    def consents(self) -> p.Consents:
        from .adapters.xero.auth import XeroConsents

        redirect_uri = f"{self.settings.public_url}/oauth/xero/callback"
        return XeroConsents(self._xero, self._endpoints, self.credentials, redirect_uri=redirect_uri)

    @cached_property
    def credentials(self) -> XeroCredentials:
        """The Xero app's own secrets, read when first needed."""
        from .adapters.xero.credentials import XeroCredentials

        return XeroCredentials(self.settings)


@cache
def ports() -> Wiring:
    """The ports of this process, from its environment."""
    return Wiring(Settings.read())
