"""The template is read as AWS reads it, and nothing in it is passed over in silence."""

from pathlib import Path

import pytest

from local import template
from local.application import Schedule
from local.options import REPOSITORY, Options

PARAMETERS = Options().parameters
CLOUDFORMATION = template.translate(REPOSITORY / "template.yaml", PARAMETERS)
REAL = template.read(REPOSITORY / "template.yaml", PARAMETERS)
RESOURCES = CLOUDFORMATION["Resources"]


def of_type(kind: str) -> dict[str, dict]:
    return {key: value for key, value in RESOURCES.items() if value["Type"] == kind}


def with_resource(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(f"Transform: AWS::Serverless-2016-10-31\nResources:\n{text}")
    return path


def test_every_resource_is_made_or_played_or_left_out_knowingly():
    known = template.DATA | template.PLAYED | template.LEFT_OUT
    assert {value["Type"] for value in RESOURCES.values()} <= known


def test_nothing_is_on_two_lists():
    assert not template.DATA & template.PLAYED
    assert not (template.DATA | template.PLAYED) & template.LEFT_OUT


def test_the_list_of_what_is_left_out_holds_nothing_that_is_not_there():
    assert {value["Type"] for value in RESOURCES.values()} >= template.LEFT_OUT


def test_an_unknown_type_is_refused_by_name(tmp_path):
    path = with_resource(tmp_path, "  Stream: {Type: AWS::Kinesis::Stream}\n")
    with pytest.raises(template.UnsupportedTemplate, match=r"Stream \(AWS::Kinesis::Stream\)"):
        template.read(path, {})


def test_a_cron_schedule_is_refused_rather_than_never_fired(tmp_path):
    path = with_resource(
        tmp_path,
        "  Nightly:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      {CodeUri: x, Runtime: python3.13, Handler: a.app.f,"
        " Events: {At: {Type: Schedule, Properties: {Schedule: 'cron(0 3 * * ? *)'}}}}\n",
    )
    with pytest.raises(template.UnsupportedTemplate, match="cron"):
        template.read(path, {})


def test_every_function_is_found_with_its_handler_and_timeout():
    functions = {function.name: function for function in REAL.functions}
    assert functions["export_consumer"].handler == "export_consumer.app.lambda_handler"
    assert functions["export_consumer"].timeout_s == 120
    assert len(functions) == 11


def test_routes_know_who_must_bring_a_token():
    doors = {f"{route.method} {route.path}": route.authorized for route in REAL.routes}
    assert [key for key, authorized in doors.items() if not authorized] == [
        "GET /health",
        "GET /oauth/xero/callback",
        "GET /openapi.json",
        "POST /webhooks/xero",
    ]
    assert {key for key, authorized in doors.items() if authorized} == {
        f"{method} /v1/{{proxy+}}" for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    }


def test_sources_and_schedules_come_from_the_template():
    assert {(source.queue, source.batch_size, source.partial_failures) for source in REAL.sources} == {
        ("ExportQueue", 1, True),
        ("ImportQueue", 1, True),
        ("JobsQueue", 1, True),
        ("NoticesQueue", 10, True),
        ("CrmNoticesQueue", 10, True),
    }
    assert set(REAL.schedules) == {Schedule("SweeperFunction", 60), Schedule("PaymentImportFunction", 7200)}


def test_every_queue_that_feeds_a_function_outlasts_it_and_has_dead_letters():
    functions = {function.id: function for function in REAL.functions}
    for source in REAL.sources:
        queue = RESOURCES[source.queue]["Properties"]
        assert queue["VisibilityTimeout"] > functions[source.function].timeout_s
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
        assert "KmsMasterKeyId" in queue


def test_tables_survive_mistakes():
    tables = of_type("AWS::DynamoDB::Table")
    assert len(tables) == 4
    for table in tables.values():
        assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
        assert table["Properties"]["DeletionProtectionEnabled"]
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["Properties"]["SSESpecification"]["SSEType"] == "KMS"
        assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


def statements(role: str) -> list[dict]:
    (policy,) = RESOURCES[role]["Properties"]["Policies"]
    return policy["PolicyDocument"]["Statement"]


def test_every_function_has_a_role_of_its_own_and_no_managed_policy():
    roles = [function["Properties"]["Role"]["Fn::GetAtt"][0] for function in of_type("AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(roles) == len(of_type("AWS::IAM::Role"))
    assert not [role for role in roles if "ManagedPolicyArns" in RESOURCES[role]["Properties"]]


def test_no_role_may_do_everything_or_act_on_everything():
    for role in of_type("AWS::IAM::Role"):
        for statement in statements(role):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not [action for action in actions if action.endswith("*")], role
            assert statement["Resource"] != "*" or statement["Sid"] == "Trace", role


def test_only_functions_that_talk_to_xero_may_read_its_tokens():
    """The one that talks to the CRM may read what is sealed for that purpose, and no token is."""
    users = {
        role: s["Condition"].get("StringEquals")
        for role in of_type("AWS::IAM::Role")
        for s in statements(role)
        if s["Resource"] == {"Fn::GetAtt": ["TokenKey", "Arn"]}
    }
    assert users.pop("CrmNotifierRole") == {"kms:EncryptionContext:purpose": "crm-webhook"}
    readers = {role for role, purpose in users.items() if purpose is None}
    talk = ("OauthCallback", "ExportConsumer", "ImportConsumer", "PaymentImport", "JobRunner", "AdminApi")
    assert readers == {f"{name}Role" for name in talk}


def test_what_a_function_is_told_of_it_may_also_use():
    """A table or queue in the environment without a right to it would fail in the account only."""
    for function in REAL.functions:
        allowed = str(statements(function.id.removesuffix("Function") + "Role"))
        for name, expression in function.environment.items():
            match expression:
                case {"Ref": str(key)} if key in REAL.data["Resources"]:
                    assert key in allowed, f"{function.name}: {name}"
