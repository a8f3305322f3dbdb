"""Deploys the built template once, with the real `sam deploy`, into an empty local AWS endpoint."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from local.aws import Aws
from local.build import sam
from local.children import REGION
from local.emulator import Emulator
from local.ports import Ports

STACK = "smoke"
PARAMETERS = (
    "Stage=smoke",
    "PublicUrl=https://api.example.com",
    "ConsoleUrl=https://console.example.com",
    "AlarmEmail=alarms@example.com",
)


class NotDeployed(Exception):
    """The stack did not come up whole."""


@dataclass(frozen=True)
class Deployed:
    resources: int
    functions: int


def check(build: Path, arch: str) -> Deployed:
    """Every resource of the template is created, and every function has its role, environment and both layers."""
    with tempfile.TemporaryDirectory() as state:
        emulator = Emulator(Ports.free().aws, Path(state))
        emulator.start()
        try:
            emulator.wait()
            deploy(build, arch, emulator.url)
            return inspect(Aws(emulator.url))
        finally:
            emulator.stop()


def deploy(build: Path, arch: str, endpoint_url: str) -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_ENDPOINT_URL": endpoint_url}
    sam.run(
        "deploy",
        *("--template-file", build / "template.yaml", "--stack-name", STACK, "--region", REGION),
        *("--resolve-s3", "--no-confirm-changeset", "--capabilities", "CAPABILITY_IAM"),
        *("--parameter-overrides", f"Arch={arch}", *PARAMETERS),
        env=credentials,
    )


def inspect(aws: Aws) -> Deployed:
    cloudformation, functions = aws.client("cloudformation"), aws.client("lambda")
    status = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    made = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    unfinished = [each["LogicalResourceId"] for each in made if each["ResourceStatus"] != "CREATE_COMPLETE"]
    if status != "CREATE_COMPLETE" or unfinished:
        raise NotDeployed(f"{status}: {unfinished}")
    names = [each["PhysicalResourceId"] for each in made if each["ResourceType"] == "AWS::Lambda::Function"]
    for name in names:
        configuration = functions.get_function_configuration(FunctionName=name)
        if len(configuration["Layers"]) != 2 or not configuration["Environment"]["Variables"]:
            raise NotDeployed(f"{name} lacks a layer or its environment")
    return Deployed(len(made), len(names))
