"""PynamoDB's errors in our words: a failed condition is a Conflict, everything passing is StoreBusy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException, TransactWriteError

from ledgerlink.errors import Conflict, StoreBusy


@contextmanager
def translated() -> Iterator[None]:
    """Raise Conflict or StoreBusy instead of what the SDK raises."""
    try:
        yield
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
        if "ConditionalCheckFailed" in codes and codes <= {"ConditionalCheckFailed", "None"}:
            raise Conflict("a condition of the transaction failed") from error
        raise StoreBusy(f"transaction: {', '.join(sorted(codes)) or code_of(error)}") from error
    except PynamoDBException as error:
        if code_of(error) == "ConditionalCheckFailedException":
            raise Conflict("the stored version is another") from error
        raise StoreBusy(code_of(error) or type(error).__name__) from error
    except (BotoCoreError, ClientError) as error:
        raise StoreBusy(type(error).__name__) from error


def code_of(error: PynamoDBException) -> str:
    """What DynamoDB answered, "" where it did not (PynamoDB's own way of asking breaks on a lost connection)."""
    response = getattr(error.cause, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
