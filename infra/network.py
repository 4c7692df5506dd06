"""The network: nothing in it can be reached from outside, and nothing in it reaches out."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import ways_out
from infra.logs import Logs
from infra.stage import ZONES, Compute, Stage

DATABASE_PORT = 5433
"""Not the one that everybody tries."""

PROXY_PORT = 5432
"""RDS Proxy listens on no other ("Limitations for RDS Proxy with PostgreSQL", RDS User Guide)."""

HTTPS = ec2.Port.tcp(443)

SERVICES: Mapping[str, ec2.InterfaceVpcEndpointAwsService] = {
    "Sqs": ec2.InterfaceVpcEndpointAwsService.SQS,  # API, sweeper and workers
    "Lambda": ec2.InterfaceVpcEndpointAwsService.LAMBDA_,  # the webhook sender calls the courier
    "EcrApi": ec2.InterfaceVpcEndpointAwsService.ECR,  # the workers' image
    "EcrDkr": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,  # what workers write
}
"""What processes inside call, beside S3. Functions' own logs and images come by another way."""

SERVICES_OF_INSTANCES: Mapping[str, ec2.InterfaceVpcEndpointAwsService] = {
    "Ecs": ec2.InterfaceVpcEndpointAwsService.ECS,
    "EcsAgent": ec2.InterfaceVpcEndpointAwsService.ECS_AGENT,
    "EcsTelemetry": ec2.InterfaceVpcEndpointAwsService.ECS_TELEMETRY,
}
"""What ECS's agent on an instance of our own calls; on Fargate AWS runs the agent elsewhere."""


class Network(Construct):
    """Subnets, the way to AWS's own services, and who may speak to whom.

    Attributes:
        vpc: the network itself, over two zones.
        inside: where functions and workers run.
        data_subnet_ids: where the database lies; no way leads out, with or without a NAT gateway.
        functions, workers, database: the groups of processes that may be spoken of in rules.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, logs: Logs) -> None:
        super().__init__(scope, construct_id)
        self.vpc = self._vpc(stage)
        self.inside = ec2.SubnetSelection(subnet_group_name="inside")
        self.data_subnet_ids = [subnet.subnet_id for subnet in self._subnets("data")]
        self.functions = self._group("Functions", "Functions that reach the database")
        self.workers = self._group("Workers", "Workers, and the instances that they run on")
        self.database = self._group("Database", "PostgreSQL, and the proxy before it")
        for callers in (self.functions, self.workers):
            # The routes decide what that reaches: the endpoints, S3, and with NAT the internet.
            callers.add_egress_rule(ec2.Peer.any_ipv4(), HTTPS, "AWS services")
            self._may_call(callers, self.database, DATABASE_PORT)

        self._s3 = self._way_to_s3()
        if not stage.nat:
            self._endpoints(stage)
        self._flow_logs(logs)

    def let_through_the_proxy(self) -> None:
        """Allow functions and workers to speak to a proxy, and the proxy to PostgreSQL."""
        for callers in (self.functions, self.workers):
            self._may_call(callers, self.database, PROXY_PORT)
        self._may_call(self.database, self.database, DATABASE_PORT)

    def let_through_to(self, bucket: s3.IBucket) -> None:
        """Allow what our roles may do in this bucket, and in no other."""
        self._s3.add_to_policy(ways_out.to_bucket(bucket))

    def _vpc(self, stage: Stage) -> ec2.Vpc:
        """Addresses stay the same whether there is NAT or not, so that the database stays too."""
        private = ec2.SubnetType.PRIVATE_WITH_EGRESS if stage.nat else _ISOLATED
        inside = ec2.SubnetConfiguration(name="inside", subnet_type=private, cidr_mask=20)
        data = ec2.SubnetConfiguration(name="data", subnet_type=_ISOLATED, cidr_mask=24)
        outside = ec2.SubnetConfiguration(
            name="outside",
            subnet_type=ec2.SubnetType.PUBLIC,
            cidr_mask=28,
            map_public_ip_on_launch=False,
        )
        return ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr("10.0.0.0/16"),
            **_zones(stage),
            nat_gateways=_nat_gateways(stage),
            # The CDK would close the default group by a function of its own. Nothing is in it.
            restrict_default_security_group=False,
            subnet_configuration=[inside, data, outside] if stage.nat else [inside, data],
        )

    def _group(self, construct_id: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self, construct_id, vpc=self.vpc, description=description, allow_all_outbound=False
        )

    def _may_call(self, callers: ec2.SecurityGroup, called: ec2.SecurityGroup, port: int) -> None:
        """Both sides of a rule: out of one group, into the other."""
        callers.add_egress_rule(called, ec2.Port.tcp(port), "PostgreSQL")
        called.add_ingress_rule(callers, ec2.Port.tcp(port), "PostgreSQL")

    def _subnets(self, name: str) -> list[ec2.ISubnet]:
        return list(self.vpc.select_subnets(subnet_group_name=name).subnets)

    def _way_to_s3(self) -> ec2.GatewayVpcEndpoint:
        way = self.vpc.add_gateway_endpoint(
            "S3", service=ec2.GatewayVpcEndpointAwsService.S3, subnets=[self.inside]
        )
        for statement in ways_out.to_aws_own_buckets(self):
            way.add_to_policy(statement)
        return way

    def _endpoints(self, stage: Stage) -> None:
        group = self._group("Endpoints", "The ways to AWS services")
        for callers in (self.functions, self.workers):
            group.add_ingress_rule(callers, HTTPS, "AWS services")
        instances = SERVICES_OF_INSTANCES if stage.workers is Compute.GPU else {}
        for name, service in {**SERVICES, **instances}.items():
            endpoint = self.vpc.add_interface_endpoint(
                name,
                service=service,
                open=False,  # to our groups only, not to every address of the network
                private_dns_enabled=True,
                security_groups=[group],
                subnets=self._zones_of_endpoints(stage),
            )
            if name in ways_out.CALLS:
                endpoint.add_to_policy(ways_out.for_ourselves(ways_out.CALLS[name]))

    def _zones_of_endpoints(self, stage: Stage) -> ec2.SubnetSelection:
        """One zone where the database has one too: an endpoint is paid by zone and hour."""
        subnets = self._subnets("inside")
        return ec2.SubnetSelection(subnets=subnets if stage.multi_az else subnets[:1])

    def _flow_logs(self, logs: Logs) -> None:
        role = iam.Role(
            self,
            "FlowLogsRole",
            assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"),
        )
        destination = ec2.FlowLogDestination.to_cloud_watch_logs(logs.network, role)
        self.vpc.add_flow_log("FlowLogs", destination=destination)


def _zones(stage: Stage) -> dict[str, Any]:
    return {"max_azs": ZONES} if stage.zones is None else {"availability_zones": [*stage.zones]}


def _nat_gateways(stage: Stage) -> int:
    """One in each zone where the database has one too."""
    if not stage.nat:
        return 0
    return ZONES if stage.multi_az else 1


_ISOLATED = ec2.SubnetType.PRIVATE_ISOLATED
