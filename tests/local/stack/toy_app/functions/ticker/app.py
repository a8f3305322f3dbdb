"""Notes each scheduled event it gets."""

import os
import time
from typing import Any

import boto3


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    item = {"pk": {"S": "tick"}, "sk": {"S": f"{time.time_ns()}"}, "at": {"S": event["time"]}}
    boto3.client("dynamodb").put_item(TableName=os.environ["NOTES_TABLE"], Item=item)
    return {"time": event["time"]}
