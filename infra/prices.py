"""List prices of us-east-1 in US dollars, for `coach cost` and the simulation of scaling.

From AWS's price pages, without free tiers, credits and commitments. Prices move and differ between
regions: look at yours, and change them here. Plain numbers; knows nothing of AWS.
"""

from collections.abc import Mapping

HOURS_A_MONTH = 730

# Amazon ECS on Fargate, Linux on x86 (aws.amazon.com/fargate/pricing)
FARGATE_CPU_HOUR = 0.04048
FARGATE_GB_HOUR = 0.004445
FARGATE_STORAGE_GB_HOUR = 0.000111
"""Above the 20 GB that a task has anyway."""

# Amazon EC2, Linux, on demand (aws.amazon.com/ec2/pricing/on-demand)
INSTANCE_HOUR: Mapping[str, float] = {
    "g4dn.xlarge": 0.526,
    "g4dn.2xlarge": 0.752,
    "g4dn.4xlarge": 1.204,
    "g5.xlarge": 1.006,
    "g5.2xlarge": 1.212,
    "g5.4xlarge": 1.624,
    "g6.xlarge": 0.8048,
    "g6.2xlarge": 0.9776,
    "g6.4xlarge": 1.3232,
    "g6e.xlarge": 1.861,
    "g6e.2xlarge": 2.24208,
    "g6e.4xlarge": 3.00424,
}
SPOT_SHARE = 0.4
"""Spot prices move; 30 to 60 % of the list price is usual for small GPU instances and Fargate."""
DISK_GB_MONTH = 0.08

# Amazon RDS for PostgreSQL in one zone (aws.amazon.com/rds/postgresql/pricing)
DATABASE_HOUR: Mapping[str, float] = {
    "t4g.micro": 0.016,
    "t4g.small": 0.032,
    "t4g.medium": 0.065,
    "t4g.large": 0.129,
    "m6g.large": 0.159,
    "m6g.xlarge": 0.318,
    "m6g.2xlarge": 0.636,
    "m7g.large": 0.168,
    "m7g.xlarge": 0.337,
    "m7g.2xlarge": 0.674,
    "r7g.large": 0.239,
    "r7g.xlarge": 0.478,
    "r7g.2xlarge": 0.956,
}
DATABASE_GB_MONTH = 0.115
PROXY_CPU_HOUR = 0.015
"""Of a processor of the instance behind it (aws.amazon.com/rds/proxy/pricing)."""

# Amazon S3 Standard (aws.amazon.com/s3/pricing)
STORED_GB_MONTH = 0.023
PUT = 0.005 / 1000
GET = 0.0004 / 1000
SENT_OUT_GB = 0.09
"""To the internet, first 10 TB a month."""

# AWS Lambda on x86 (aws.amazon.com/lambda/pricing)
CALL = 0.20 / 1e6
LAMBDA_GB_S = 0.0000166667
SNAPSHOT_GB_S = 0.0000015046
"""Keeping a snapshot for SnapStart."""

# The rest
HTTP_API_REQUEST = 1.00 / 1e6  # aws.amazon.com/api-gateway/pricing
USER_MONTH = 0.02  # aws.amazon.com/cognito/pricing, plan Plus
SQS_REQUEST = 0.40 / 1e6  # aws.amazon.com/sqs/pricing
ENDPOINT_ZONE_HOUR = 0.01  # aws.amazon.com/privatelink/pricing
ENDPOINT_GB = 0.01  # the same
NAT_HOUR = 0.045  # aws.amazon.com/vpc/pricing
NAT_GB = 0.045  # the same
PUBLIC_ADDRESS_HOUR = 0.005  # the same
LOG_GB = 0.50  # aws.amazon.com/cloudwatch/pricing; flow logs ("vended") cost as much
METRIC_MONTH = 0.30  # the same
ALARM_METRIC_MONTH = 0.10  # the same: per metric that an alarm looks at
DASHBOARD_MONTH = 3.00  # the same
IMAGE_GB_MONTH = 0.10  # aws.amazon.com/ecr/pricing


class NoPrice(ValueError):
    """A price is not known here; the message is for a person."""


def of_instance(kind: str) -> float:
    """An hour of an instance.

    Raises:
        NoPrice: of that type none is known.
    """
    return _known(INSTANCE_HOUR, kind, "INSTANCE_HOUR")


def of_database(kind: str) -> float:
    """An hour of a database instance, by its class without `db.`.

    Raises:
        NoPrice: of that class none is known.
    """
    return _known(DATABASE_HOUR, kind, "DATABASE_HOUR")


def _known(table: Mapping[str, float], kind: str, name: str) -> float:
    if kind not in table:
        raise NoPrice(f"infra/prices.py has no price of {kind}: add it to {name}.")
    return table[kind]
