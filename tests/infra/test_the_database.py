"""The database of the template: nobody's password, nothing in clear, and nothing lost in prod."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.assertions import Template
from sqlalchemy import text

from infra.database.instance import PARAMETERS
from infra.database.sizes import MEMORY_GIB, DatabaseSize
from infra.stage import DEV, PROD
from tests.infra.bare_ground import CERTIFICATES, BareGround, bare_ground
from tests.infra.conftest import only, resources

Resource = Mapping[str, Any]

INSTANCE_ID = ":dbuser:<DbiResourceId>/"
PROXY_ID = ":dbuser:<prx->/"


@pytest.fixture(scope="session")
def proxied() -> Template:
    return bare_ground(PROD, database_proxy=True)


@pytest.fixture(scope="session")
def plain() -> Template:
    return bare_ground(PROD)


@pytest.fixture(params=["dev", "prod", "proxied"])
def any_stage(request) -> Template:
    template: Template = request.getfixturevalue(request.param)
    return template


def _database(template: Template) -> Resource:
    (found,) = resources(template, "AWS::RDS::DBInstance").values()
    return found


def _instance(template: Template) -> Resource:
    return only(template, "AWS::RDS::DBInstance")


def _parameters(template: Template) -> Mapping[str, str]:
    parameters: Mapping[str, str] = only(template, "AWS::RDS::DBParameterGroup")["Parameters"]
    return parameters


def test_nobody_has_a_password(any_stage):
    instance = _instance(any_stage)
    assert instance["MasterUsername"] == "coach_owner"
    assert instance["MasterUserAuthenticationType"] == "iam-db-auth"
    assert instance["EnableIAMDatabaseAuthentication"] is True


def test_there_is_no_secret_anywhere(any_stage):
    written = json.dumps(any_stage.to_json()).lower()
    for word in ("secretsmanager", "masteruserpassword", "managemasteruserpassword", "{{resolve:"):
        assert word not in written


def test_it_lies_encrypted_and_speaks_tls_only(any_stage):
    instance = _instance(any_stage)
    assert instance["StorageEncrypted"] is True
    assert instance["PubliclyAccessible"] is False
    assert instance["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    assert instance["StorageType"] == "gp3"
    assert _parameters(any_stage)["rds.force_ssl"] == "1"


def test_it_is_postgresql_18_and_takes_minor_versions_by_itself(any_stage):
    instance = _instance(any_stage)
    assert (instance["Engine"], instance["EngineVersion"]) == ("postgres", "18")
    assert instance["AutoMinorVersionUpgrade"] is True
    assert only(any_stage, "AWS::RDS::DBParameterGroup")["Family"] == "postgres18"


def test_prod_loses_nothing(prod):
    database = _database(prod)
    assert database["DeletionPolicy"] == "RetainExceptOnCreate"
    assert database["UpdateReplacePolicy"] == "Retain"
    instance = database["Properties"]
    assert instance["DeletionProtection"] is True
    assert instance["DeleteAutomatedBackups"] is False
    assert instance["BackupRetentionPeriod"] == PROD.backup_days
    assert instance["MultiAZ"] is True


def test_dev_goes_without_a_trace(dev):
    database = _database(dev)
    assert database["DeletionPolicy"] == database["UpdateReplacePolicy"] == "Delete"
    assert database["Properties"]["DeletionProtection"] is False
    assert database["Properties"]["DeleteAutomatedBackups"] is True


def test_its_disk_grows_before_it_is_full(stage, template):
    instance = _instance(template)
    assert instance["AllocatedStorage"] == str(stage.database_storage_gib)
    assert instance["MaxAllocatedStorage"] == stage.database_max_storage_gib


def test_its_logs_have_an_end_and_no_rows_in_them(any_stage):
    instance = _instance(any_stage)
    address = f"/aws/rds/instance/{instance['DBInstanceIdentifier']}"
    groups = {
        group["Properties"]["LogGroupName"]: name
        for name, group in resources(any_stage, "AWS::Logs::LogGroup").items()
    }
    made_before = _database(any_stage)["DependsOn"]
    for log in instance["EnableCloudwatchLogsExports"]:
        assert groups[f"{address}/{log}"] in made_before
    parameters = _parameters(any_stage)
    assert parameters["log_error_verbosity"] == "terse"
    assert parameters["log_parameter_max_length"] == "0"


def test_postgresql_takes_what_it_is_told(engine):
    told = {name: value for name, value in PARAMETERS.items() if not name.startswith("rds.")}
    with engine.begin() as connection:
        for name, value in told.items():
            set_it = text("SELECT set_config(:name, :value, true)")
            connection.execute(set_it, {"name": name, "value": value})


def test_which_statement_was_slow_can_be_seen(any_stage):
    instance = _instance(any_stage)
    assert instance["EnablePerformanceInsights"] is True
    assert _parameters(any_stage)["log_min_duration_statement"] == "1000"


def _connect_rights(template: Template) -> dict[str, list[str]]:
    """Which addresses each role may log in to, in a short form."""
    rights: dict[str, list[str]] = {}
    for policy in resources(template, "AWS::IAM::Policy").values():
        properties = policy["Properties"]
        for statement in properties["PolicyDocument"]["Statement"]:
            if statement["Action"] == "rds-db:connect":
                for role in properties["Roles"]:
                    rights.setdefault(role["Ref"], []).append(_short(statement["Resource"]))
    return rights


def _short(resource: Resource) -> str:
    *_, before, resource_id, after = resource["Fn::Join"][1]
    kind = "<prx->" if "DBProxyArn" in json.dumps(resource_id) else "<DbiResourceId>"
    if kind == "<DbiResourceId>":
        assert resource_id["Fn::GetAtt"][1] == "DbiResourceId"
    return f"{before}{kind}{after}"


def test_a_role_logs_in_as_one_login_to_one_database(plain):
    app, owner = sorted(_connect_rights(plain).values())
    assert app == [f"{INSTANCE_ID}coach_app"]
    assert owner == [f"{INSTANCE_ID}coach_owner"]


def test_in_the_whole_stack_nobody_logs_in_as_two(template):
    rights = _connect_rights(template)
    assert all(len(logins) == 1 for logins in rights.values())
    owners = [role for role, (login,) in rights.items() if login.endswith("/coach_owner")]
    assert len(owners) == 1
    assert "Migrations" in owners[0]


def _told(template: Template, login: str) -> dict[str, str]:
    """What a login's process is told; what CloudFormation fills in is named by its attribute."""
    outputs = template.to_json()["Outputs"]
    return {
        name.removeprefix(login): _filled_in(output["Value"])
        for name, output in outputs.items()
        if name.startswith(login)
    }


def _filled_in(value: Any) -> str:
    if isinstance(value, str):
        return value
    parts = value["Fn::Join"][1]
    return "".join(
        part if isinstance(part, str) else "<{}>".format(part["Fn::GetAtt"][1]) for part in parts
    )


def test_a_process_is_told_where_and_as_whom_but_no_secret(plain):
    verified = f"coach?sslmode=verify-full&sslrootcert={CERTIFICATES}"
    assert _told(plain, "APP") == {
        "DATABASEURL": f"postgresql+psycopg://coach_app@<Endpoint.Address>:5433/{verified}",
        "DATABASEIAMLOGIN": "true",
    }


def test_behind_the_proxy_everybody_but_the_owner_goes_to_it(proxied):
    app, owner = _told(proxied, "APP"), _told(proxied, "OWNER")
    assert "coach_app@<Endpoint>:5432/" in app["DATABASEURL"]
    assert app["DATABASEPROXY"] == "true"
    assert "coach_owner@<Endpoint.Address>:5433/" in owner["DATABASEURL"]
    assert "DATABASEPROXY" not in owner
    assert sorted(_connect_rights(proxied).values()) == [
        [f"{INSTANCE_ID}coach_owner"],
        [f"{PROXY_ID}coach_app"],
    ]


def test_the_proxy_logs_in_by_iam_too_and_as_the_app_only(proxied):
    proxy = only(proxied, "AWS::RDS::DBProxy")
    assert proxy["DefaultAuthScheme"] == "IAM_AUTH"
    assert proxy["RequireTLS"] is True
    assert "Auth" not in proxy
    role = resources(proxied, "AWS::IAM::Role")[proxy["RoleArn"]["Fn::GetAtt"][0]]
    (policy,) = role["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "rds-db:connect"
    assert _short(statement["Resource"]) == f"{INSTANCE_ID}coach_app"


def test_the_proxy_leaves_connections_for_others(proxied):
    targets = only(proxied, "AWS::RDS::DBProxyTargetGroup")
    assert targets["ConnectionPoolConfigurationInfo"]["MaxConnectionsPercent"] < 100
    assert targets["DBInstanceIdentifiers"] == [_instance(proxied)["DBInstanceIdentifier"]]


@pytest.mark.parametrize(
    ("hour", "backups", "maintenance"),
    [
        (2, "02:00-02:30", "tue:02:30-tue:03:00"),
        (23, "23:00-23:30", "tue:23:30-wed:00:00"),
    ],
)
def test_it_is_backed_up_and_looked_after_in_the_quiet_hour(hour, backups, maintenance):
    instance = _instance(bare_ground(DEV, quiet_hour=hour))
    assert instance["PreferredBackupWindow"] == backups
    assert instance["PreferredMaintenanceWindow"] == maintenance


def test_alarms_know_the_size(prod):
    database = BareGround(PROD).database
    assert database.instance_id == _instance(prod)["DBInstanceIdentifier"]
    assert (database.memory_mib, database.storage_gib) == (8192, 100)
    assert str(database.max_connections) == _parameters(prod)["max_connections"]


def test_no_size_allows_more_connections_than_rds_would():
    for name, gib in MEMORY_GIB.items():
        assert DatabaseSize.of(name).max_connections <= min(gib * 1024**3 // 9531392, 5000)


def test_an_unknown_size_is_refused_by_the_name_of_the_table():
    with pytest.raises(ValueError, match=r"x9\.huge is not in MEMORY_GIB"):
        bare_ground(DEV, database_instance="x9.huge")
