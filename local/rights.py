"""The roles of the template as ministack 1.5.33 checks them, which differs from AWS in three places."""

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
    """At AWS the right to send or delete a message covers batches of them; here it does not. An e-mail is sent from an
    identity; here from nowhere (`*`). A key knows what a text is encrypted for; here it does not look."""
    actions = value["Action"] if isinstance(value["Action"], list) else [value["Action"]]
    changed = dict(value)
    changed["Action"] = [
        *actions,
        *(f"{each}Batch" for each in actions if each in ("sqs:SendMessage", "sqs:DeleteMessage")),
    ]
    if "ses:SendEmail" in actions:
        changed["Resource"] = "*"
    if "kms:EncryptionContext" in str(changed.get("Condition")):
        del changed["Condition"]
    return changed
