"""A synthesised template in an emulator, and what it tells the processes that it describes."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.rig.account import Account
from tests.rig.waiting import wait_for

Template = Mapping[str, Any]

_TEMPLATES = "templates"

_IN_TEXT = re.compile(r"\$\{(\w+)")
"""How `Fn::Sub` names a resource."""


@dataclass(frozen=True, slots=True)
class Process:
    """What a template says of something that runs: its settings, and the role it runs under."""

    settings: Mapping[str, str]
    role_arn: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack that stands.

    Attributes:
        outputs: by name.
        ids: of what was made, by logical id.
    """

    account: Account
    outputs: Mapping[str, str]
    ids: Mapping[str, str]

    def function(self, entry: str) -> Process:
        """The one Lambda function with this handler."""
        functions = self.account.client("lambda").list_functions()["Functions"]
        (made,) = (one for one in functions if one["Handler"] == entry)
        return Process(made["Environment"]["Variables"], made["Role"])

    def container(self, name: str) -> Process:
        """The one container of this name, in whichever task."""
        ecs = self.account.client("ecs")
        tasks = [
            ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
            for arn in ecs.list_task_definitions()["taskDefinitionArns"]
        ]
        ((container, task),) = (
            (container, task)
            for task in tasks
            for container in task["containerDefinitions"]
            if container["name"] == name
        )
        told = {one["name"]: one["value"] for one in container["environment"]}
        return Process(told, task["taskRoleArn"])


def part(template: Template, kinds: Collection[str]) -> Template:
    """Return the resources of these kinds, all that they refer to, and the outputs about them.

    They are as they were, but for the CDK's own notes and the order to wait for what is not here.
    """
    every = template["Resources"]
    wanted = {name for name, one in every.items() if one["Type"] in kinds}
    while (
        more := ({other for name in wanted for other in _named_in(every[name])} - wanted)
        & every.keys()
    ):
        wanted |= more
    return {
        "Resources": {name: _waiting_for(wanted, every[name]) for name in sorted(wanted)},
        "Outputs": {
            name: output
            for name, output in template.get("Outputs", {}).items()
            if not (set(_named_in(output)) & every.keys()) - wanted
        },
    }


def deploy(account: Account, template: Template, *, name: str) -> Deployment:
    """Stand a stack up, by CloudFormation.

    Raises:
        AssertionError: it could not; it says why.
    """
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=_uploaded(account, template, f"{name}.json"),
        Capabilities=["CAPABILITY_IAM"],
    )

    def settled() -> Mapping[str, Any] | None:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

    stack = wait_for(settled, f"the stack {name}")
    assert stack["StackStatus"] == "CREATE_COMPLETE", _complaints(cloudformation, name)
    made = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return Deployment(
        account=account,
        outputs={one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())},
        ids={one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made},
    )


def _uploaded(account: Account, template: Template, key: str) -> str:
    """Put it where CloudFormation fetches it, as the CDK does: it is too large for a request."""
    s3 = account.client("s3")
    s3.create_bucket(Bucket=_TEMPLATES)
    s3.put_object(Bucket=_TEMPLATES, Key=key, Body=json.dumps(template).encode())
    return f"{account.endpoint}/{_TEMPLATES}/{key}"


def _waiting_for(wanted: Collection[str], resource: Template) -> Template:
    named = resource.get("DependsOn", ())
    first = [named] if isinstance(named, str) else list(named)
    kept = {key: value for key, value in resource.items() if key not in {"DependsOn", "Metadata"}}
    return kept | {"DependsOn": [name for name in first if name in wanted]}


def _named_in(node: Any) -> Iterator[str]:
    """Whatever `Ref`, `Fn::GetAtt` and `Fn::Sub` name in here; pseudo parameters too."""
    if isinstance(node, list):
        for one in node:
            yield from _named_in(one)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0] if isinstance(value, list) else value.split(".")[0]
            elif key == "Fn::Sub":
                yield from _IN_TEXT.findall(value if isinstance(value, str) else value[0])
            if key not in {"Metadata", "DependsOn"}:
                yield from _named_in(value)


def _complaints(cloudformation: Any, name: str) -> list[str]:
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
        for page in pages
        for event in page["StackEvents"]
        if event["ResourceStatus"].endswith("_FAILED")
    ]
