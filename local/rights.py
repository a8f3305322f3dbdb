"""The roles of the template as ministack 1.5.33 checks them, which differs from AWS in two places."""

from typing import Any

from local.application import Properties


def as_emulated(template: Properties) -> Properties:
    """The template with each statement of its policies put so that it means in the emulator what it means at AWS."""
    changed: Properties = each_statement(template)
    return changed


def each_statement(value: Any) -> Any:
    match value:
        case {"Effect": _, "Action": _}:
            return statement(value)
        case dict():
            return {key: each_statement(each) for key, each in value.items()}
        case list():
            return [each_statement(each) for each in value]
    return value


def statement(value: Properties) -> Properties:
    """The right to send or delete a message covers batches of them (here it does not), and an e-mail is sent from an
    identity (here from nowhere: `*`)."""
    actions = value["Action"] if isinstance(value["Action"], list) else [value["Action"]]
    batches = [f"{action}Batch" for action in actions if action.startswith("sqs:") and action.endswith("Message")]
    anywhere = {"Resource": "*"} if actions == ["ses:SendEmail"] else {}
    return {**value, "Action": [*actions, *batches], **anywhere}
