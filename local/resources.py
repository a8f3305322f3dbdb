"""Makes the template's data resources in the emulator, and lets CloudFormation itself resolve what functions are told.

Each environment value becomes an output of the stack, so `!Ref`, `!GetAtt` and `!Sub` are never interpreted here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import sleep
from typing import Any

from local import rights
from local.application import Application, Properties
from local.aws import Aws

STACK = "ledgerlink-local"


class StackFailed(Exception):
    """The emulator could not make the resources."""


@dataclass(frozen=True)
class Resources:
    """`physical` maps logical ids to names and URLs; `environment` is per function (logical id)."""

    physical: Mapping[str, str]
    environment: Mapping[str, Mapping[str, str]]


def create(application: Application, aws: Aws) -> Resources:
    template, keys = with_outputs(application)
    cloudformation = aws.client("cloudformation")
    try:
        body = json.dumps(rights.as_emulated(template))
        cloudformation.create_stack(StackName=STACK, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    except cloudformation.exceptions.AlreadyExistsException as error:
        raise StackFailed(f"{aws.endpoint_url} already holds {STACK}: start it empty") from error
    while (stack := cloudformation.describe_stacks(StackName=STACK)["Stacks"][0])["StackStatus"].endswith(
        "IN_PROGRESS"
    ):
        sleep(0.02)
    if stack["StackStatus"] != "CREATE_COMPLETE":
        events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        reasons = [
            f"{e['LogicalResourceId']}: {e['ResourceStatusReason']}" for e in events if e.get("ResourceStatusReason")
        ]
        raise StackFailed("; ".join([stack["StackStatus"], *reasons]))
    outputs = {each["OutputKey"]: str(each["OutputValue"]) for each in stack.get("Outputs", [])}
    made = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    physical = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in made}
    complete_tables(application.data["Resources"], physical, aws)
    return Resources(
        physical=physical,
        environment={function: {name: outputs[key] for name, key in names.items()} for function, names in keys.items()},
    )


def with_outputs(application: Application) -> tuple[Properties, dict[str, dict[str, str]]]:
    """The data template with an output per distinct expression, and per function which output holds which variable."""
    outputs: dict[str, Any] = {}
    key_of: dict[str, str] = {}
    keys: dict[str, dict[str, str]] = {}
    for function in application.functions:
        names = keys[function.id] = {}
        for name, expression in function.environment.items():
            key = key_of.setdefault(json.dumps(expression, sort_keys=True), f"Value{len(key_of)}")
            outputs[key] = {"Value": expression}
            names[name] = key
    return {**application.data, "Outputs": outputs}, keys


def complete_tables(resources: Properties, physical: Mapping[str, str], aws: Aws) -> None:
    """Switches on what ministack 1.5.33's CloudFormation leaves out of a table: expiry and point-in-time recovery."""
    dynamodb = aws.client("dynamodb")
    for name, resource in resources.items():
        if resource["Type"] != "AWS::DynamoDB::Table":
            continue
        properties = resource["Properties"]
        if expiry := properties.get("TimeToLiveSpecification"):
            dynamodb.update_time_to_live(TableName=physical[name], TimeToLiveSpecification=expiry)
        if recovery := properties.get("PointInTimeRecoverySpecification"):
            dynamodb.update_continuous_backups(TableName=physical[name], PointInTimeRecoverySpecification=recovery)
