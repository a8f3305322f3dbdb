"""Reads template.yaml as AWS does (SAM's own translator) and splits it: data for the emulator, rest for the runner."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.application import Application, Cors, Function, Properties, Route, Schedule, Source
from local.aws import local_session

# Made in the emulator.
DATA = {
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::SES::EmailIdentity",
    "AWS::SQS::Queue",
}
# Played by the runner and the gateway.
PLAYED = {
    "AWS::ApiGatewayV2::Api",
    "AWS::Events::Rule",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
}
# Has no counterpart on a laptop: sign-in, watching, the console's distribution.
LEFT_OUT = {
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::UserPoolResourceServer",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
}


class UnsupportedTemplate(Exception):
    """The template holds something the local stack neither makes, nor plays, nor knowingly leaves out."""


def read(path: Path, parameters: Mapping[str, str]) -> Application:
    """Translates the SAM template at `path` with its defaults and `parameters` (undeclared ones are ignored)."""
    cloudformation = translate(path, parameters)
    refuse_unknown(cloudformation)
    resources: Properties = cloudformation["Resources"]

    def of_type(kind: str) -> list[tuple[str, Properties]]:
        return [(key, value["Properties"]) for key, value in resources.items() if value["Type"] == kind]

    apis = of_type("AWS::ApiGatewayV2::Api")
    return Application(
        functions=tuple(a_function(key, value) for key, value in of_type("AWS::Lambda::Function")),
        routes=tuple(route for _, api in apis for route in routes_of(api["Body"])),
        sources=tuple(a_source(value, resources) for _, value in of_type("AWS::Lambda::EventSourceMapping")),
        schedules=tuple(a_schedule(key, value) for key, value in of_type("AWS::Events::Rule")),
        cors=next((cors_of(api["Body"], parameters) for _, api in apis), None),
        data={**cloudformation, "Outputs": {}, "Resources": {k: v for k, v in resources.items() if v["Type"] in DATA}},
    )


def translate(path: Path, parameters: Mapping[str, str]) -> Properties:
    """SAM to CloudFormation, offline; the code's place does not matter here, so it is a placeholder."""
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse

    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)  # it complains that nobody collects its counts
    template: Properties = yaml_parse(path.read_text())
    placeholder = "s3://local/code"
    template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = placeholder
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = placeholder
    declared: Properties = template.get("Parameters", {})
    for name, value in parameters.items():
        if name in declared:
            declared[name]["Default"] = value
    defaults = {name: declaration.get("Default") for name, declaration in declared.items()}
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), plugins=None, boto_session=local_session())
    translated: Properties = translator.translate(sam_template=template, parameter_values=defaults)
    for resource in translated["Resources"].values():
        resource.setdefault("Properties", {})
    return translated


def refuse_unknown(cloudformation: Properties) -> None:
    known = DATA | PLAYED | LEFT_OUT
    unknown = [
        f"{key} ({value['Type']})" for key, value in cloudformation["Resources"].items() if value["Type"] not in known
    ]
    if unknown:
        raise UnsupportedTemplate(
            f"The local stack cannot make {', '.join(sorted(unknown))}; add the type to a list in local/template.py"
        )


def a_function(key: str, properties: Properties) -> Function:
    return Function(
        id=key,
        handler=properties["Handler"],
        timeout_s=int(properties.get("Timeout", 3)),
        memory_mb=int(properties.get("MemorySize", 128)),
        role=target(properties["Role"]),
        environment=properties.get("Environment", {}).get("Variables", {}),
    )


def a_source(properties: Properties, resources: Properties) -> Source:
    queue = target(properties["EventSourceArn"])
    if resources.get(queue, {}).get("Type") != "AWS::SQS::Queue":
        raise UnsupportedTemplate(f"The local stack feeds functions from queues only, not from {queue}")
    batch_size = int(properties.get("BatchSize", 10))
    if batch_size > 10:
        raise UnsupportedTemplate(f"{queue}: the local stack reads at most 10 messages at once")
    return Source(
        function=target(properties["FunctionName"]),
        queue=queue,
        batch_size=batch_size,
        partial_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
        concurrency=min(4, int(properties.get("ScalingConfig", {}).get("MaximumConcurrency", 4))),
    )


def a_schedule(key: str, properties: Properties) -> Schedule:
    """`rate(1 minute)`; a cron expression is refused rather than quietly never fired."""
    expression = properties.get("ScheduleExpression", "")
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if not found:
        raise UnsupportedTemplate(f"{key}: the local stack fires rate(...) schedules only, not {expression!r}")
    unit = {"minute": 60, "hour": 3600, "day": 86400}[found[2]]
    return Schedule(function=target(properties["Targets"][0]["Arn"]), every_s=int(found[1]) * unit)


def routes_of(body: Properties) -> list[Route]:
    return [
        Route(
            method="ANY" if verb == "x-amazon-apigateway-any-method" else verb.upper(),
            path=path,
            function=target(operation["x-amazon-apigateway-integration"]["uri"]),
            authorized=any(name != "NONE" for rule in operation.get("security", []) for name in rule),
        )
        for path, operations in body["paths"].items()
        for verb, operation in operations.items()
        if "x-amazon-apigateway-integration" in operation
    ]


def cors_of(body: Properties, parameters: Mapping[str, str]) -> Cors | None:
    declared = body.get("x-amazon-apigateway-cors")
    if not declared:
        return None

    def values(name: str) -> tuple[str, ...]:
        return tuple(parameters.get(v["Ref"], "") if isinstance(v, dict) else v for v in declared.get(name, []))

    return Cors(
        origins=values("allowOrigins"),
        methods=values("allowMethods"),
        headers=values("allowHeaders"),
        expose=values("exposeHeaders"),
        max_age=int(declared.get("maxAge", 0)),
    )


def target(expression: Any) -> str:
    """The logical id a `Ref`, `Fn::GetAtt` or `Fn::Sub` expression points at."""
    match expression:
        case {"Ref": str(key)} | {"Fn::GetAtt": [str(key), _]}:
            return key
        case {"Fn::Sub": str(text)} if found := re.search(r"\$\{(\w+)\.(?:Arn|Alias)\}", text):
            return found[1]
    raise UnsupportedTemplate(f"Not a reference: {expression!r}")
