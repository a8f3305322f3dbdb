"""The e-mails the stack has sent, as the emulator kept them."""

import json
from datetime import UTC, datetime
from typing import Any

from local.ports import direct


def sent(endpoint_url: str) -> list[dict[str, Any]]:
    """`[{to, subject, text, html, at, from, cc}]`, oldest first; `at` is real time."""
    with direct().open(f"{endpoint_url}/_ministack/ses/messages", timeout=10) as answer:
        accounts = json.load(answer)["messages"]
    messages = sorted((each for account in accounts.values() for each in account), key=lambda each: each["Timestamp"])
    return [
        {
            "to": each["To"],
            "subject": each["Subject"],
            "text": each["BodyText"] or "",
            "html": each["BodyHtml"] or "",
            "at": datetime.fromtimestamp(each["Timestamp"], UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "from": each["Source"],
            "cc": each["CC"],
        }
        for each in messages
    ]
