"""Notes every message it gets, some only after another was noted; fails those whose body says so."""

import json
import os
import time
from typing import Any

import boto3

dynamodb = boto3.client("dynamodb")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    failures = [record["messageId"] for record in event["Records"] if not handled(record)]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failures]}


def handled(record: dict[str, Any]) -> bool:
    body = json.loads(record["body"])
    receives = record["attributes"]["ApproximateReceiveCount"]
    if body.get("crash"):
        os._exit(7)
    time.sleep(body.get("sleep", 0))
    if body.get("after"):
        note(f"{body['name']} waits", f"{time.time_ns()}", receives)
        wait_for(body["after"])
    note(body["name"], f"{time.time_ns()}", receives)
    return not (body.get("poison") or int(receives) <= body.get("fail_times", 0))


def wait_for(name: str) -> None:
    """Until the time limit ends us."""
    table = os.environ["NOTES_TABLE"]
    while not dynamodb.query(
        TableName=table, KeyConditionExpression="pk = :name", ExpressionAttributeValues={":name": {"S": name}}
    )["Items"]:
        time.sleep(0.05)


def note(name: str, at: str, receives: str) -> None:
    item = {"pk": {"S": name}, "sk": {"S": at}, "receives": {"S": receives}}
    dynamodb.put_item(TableName=os.environ["NOTES_TABLE"], Item=item)
