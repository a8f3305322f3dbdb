"""Answers what a test asks for: the event it got, a status, a big body, a crash, a nap."""

import base64
import json
import os
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError


def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    query = event.get("queryStringParameters", {})
    match query.get("do"):
        case "raise":
            raise ValueError("as asked")
        case "exit":
            os._exit(3)
        case "sleep":
            time.sleep(float(query["seconds"]))
        case "big":
            return {"statusCode": 200, "body": "x" * int(query["bytes"])}
        case "binary":
            return {"statusCode": 200, "body": base64.b64encode(bytes(range(256))).decode(), "isBase64Encoded": True}
        case "cookies":
            return {"statusCode": 302, "headers": {"Location": "/elsewhere"}, "cookies": ["a=1; Path=/", "b=2"]}
        case "plain":
            return {"hello": "world"}
        case "mail":
            send_mail()
        case "overstep":
            return attempts()
        case "unserializable":
            return {"statusCode": 200, "body": object()}
    shown = {
        "event": event,
        "pid": os.getpid(),
        "function": context.function_name,
        "left_ms": context.get_remaining_time_in_millis(),
        "table": os.environ["NOTES_TABLE"],
        "profile": os.environ.get("AWS_PROFILE"),
    }
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(shown)}


def send_mail() -> None:
    boto3.client("sesv2").send_email(
        FromEmailAddress="toy@example.com",
        Destination={"ToAddresses": ["reader@example.com"]},
        Content={
            "Simple": {
                "Subject": {"Data": "Grüße"},
                "Body": {"Text": {"Data": "plain"}, "Html": {"Data": "<b>rich</b>"}},
            }
        },
    )


def attempts() -> dict[str, str]:
    """What becomes of calls the role allows and of one it does not."""
    sqs = boto3.client("sqs")
    one = {"MessageBody": '{"name": "allowed"}'}
    return {
        "send": told(lambda: sqs.send_message(QueueUrl=os.environ["WORK_QUEUE_URL"], **one)),
        "send a batch": told(
            lambda: sqs.send_message_batch(QueueUrl=os.environ["WORK_QUEUE_URL"], Entries=[{"Id": "1", **one}])
        ),
        "purge": told(lambda: sqs.purge_queue(QueueUrl=os.environ["WORK_QUEUE_URL"])),
        "scan": told(lambda: boto3.client("dynamodb").scan(TableName=os.environ["NOTES_TABLE"])),
    }


def told(call: Callable[[], Any]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"
