"""Alarms and dashboard as a template has them, for tests to read."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Properties = Mapping[str, Any]

IDENTIFIER = re.compile(r"\b[a-z]\w*\b")


@dataclass(frozen=True)
class Seen:
    """A metric that somebody looks at."""

    namespace: str
    name: str
    dimensions: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.namespace} {self.name}"


@dataclass(frozen=True)
class Alarm:
    """One alarm of the template."""

    name: str
    of: Properties

    @property
    def section(self) -> str:
        """The runbook's, by the alarm's name."""
        return self.name.split(": ")[0]

    @property
    def runbook(self) -> str:
        """Where its description leads."""
        return str(self.of["AlarmDescription"]).rpartition(" Runbook: ")[2]

    @property
    def expression(self) -> str:
        return str(next(part["Expression"] for part in self.of["Metrics"] if "Expression" in part))

    @property
    def measured(self) -> dict[str, Properties]:
        """What its expression looks at, by the names that are used in there."""
        return {
            part["Id"]: part["MetricStat"]
            for part in self.of.get("Metrics", ())
            if "MetricStat" in part
        }

    @property
    def minutes(self) -> set[float]:
        """How long measurements take."""
        periods = [self.of.get("Period"), *(part["Period"] for part in self.measured.values())]
        return {period / 60 for period in periods if period is not None}

    @property
    def metrics(self) -> list[Seen]:
        if "MetricName" in self.of:
            return [_seen(self.of)]
        return [_seen(part["Metric"]) for part in self.measured.values()]


@dataclass(frozen=True)
class Watched:
    """What a template watches."""

    stage: str
    resources: Mapping[str, Properties]

    def of_kind(self, kind: str) -> dict[str, Properties]:
        """The properties of the resources of one kind, by logical id."""
        return {
            name: one["Properties"] for name, one in self.resources.items() if one["Type"] == kind
        }

    @property
    def alarms(self) -> dict[str, Alarm]:
        """Those that tell people, by name without the stage; scaling has others."""
        prefix = f"coach-plus-{self.stage} "
        named = {
            str(of.get("AlarmName", "")): of
            for of in self.of_kind("AWS::CloudWatch::Alarm").values()
        }
        return {
            name.removeprefix(prefix): Alarm(name.removeprefix(prefix), of)
            for name, of in named.items()
            if name.startswith(prefix)
        }

    @property
    def widgets(self) -> list[Properties]:
        """The dashboard's."""
        (dashboard,) = self.of_kind("AWS::CloudWatch::Dashboard").values()
        return list(json.loads(_flat(dashboard["DashboardBody"]))["widgets"])

    def kind(self, value: Any) -> str | None:
        """Of the resource that a dimension names: by reference, or by the name it was given."""
        text = _flat(value)
        for name, one in self.resources.items():
            if text == f"<{name}>" or text == one.get("Properties", {}).get(
                _NAMED.get(one["Type"])
            ):
                return str(one["Type"])
        return None


_NAMED = {"AWS::RDS::DBInstance": "DBInstanceIdentifier"}


@cache
def watched(template: Path, stage: str) -> Watched:
    """What the template in a file watches."""
    return Watched(stage, json.loads(template.read_text())["Resources"])


def shown(widget: Properties) -> Iterator[Seen]:
    """The metrics of a widget; rows that continue the one above are not used by the CDK."""
    for row in widget["properties"].get("metrics", ()):
        if isinstance(row[0], str):
            words = [word for word in row if isinstance(word, str)]
            pairs = words[2:]
            yield Seen(words[0], words[1], dict(zip(pairs[::2], pairs[1::2], strict=True)))


def _seen(of: Properties) -> Seen:
    dimensions = {each["Name"]: each["Value"] for each in of["Dimensions"]}
    return Seen(of["Namespace"], of["MetricName"], dimensions)


def _flat(value: Any) -> str:
    """The text of a value, with `<LogicalId>` where CloudFormation puts something in."""
    match value:
        case str():
            return value
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_flat(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, _]}:
            return f"<{name}>"
        case _:
            raise ValueError(value)
