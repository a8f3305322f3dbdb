"""E-mail through SES."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ledgerlink.errors import Refused, Transient
from ledgerlink.ports import Mail

# What will be refused again however often it is sent: the address, the sender, the account.
_FOR_GOOD = frozenset(
    {
        "MessageRejected",
        "MailFromDomainNotVerifiedException",
        "BadRequestException",
        "NotFoundException",
        "AccountSuspendedException",
        "ValidationException",
    }
)


class SesMailer:
    """``ports.Mailer``. ``client`` is a botocore SES v2 client; ``sender`` is an identity SES has verified."""

    def __init__(self, client: Any, sender: str) -> None:
        self._client, self._sender = client, sender

    def send(self, mail: Mail) -> None:
        message = {
            "Subject": {"Data": " ".join(mail.subject.split()), "Charset": "UTF-8"},
            "Body": {
                "Text": {"Data": mail.text, "Charset": "UTF-8"},
                "Html": {"Data": mail.html, "Charset": "UTF-8"},
            },
            "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],  # nobody's holiday note answers it
        }
        try:
            self._client.send_email(
                FromEmailAddress=self._sender, Destination={"ToAddresses": [mail.to]}, Content={"Simple": message}
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _FOR_GOOD:
                raise Refused("mail_refused", code) from error
            raise Transient(code) from error
        except BotoCoreError as error:
            raise Transient(type(error).__name__) from error
