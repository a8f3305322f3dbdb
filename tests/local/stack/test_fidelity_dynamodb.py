"""What the hub relies on of DynamoDB, checked of the pinned emulator.

Run the fidelity tests first when ministack's version changes: a difference found here is not a fault of the hub.
"""

import threading
import uuid

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.loopback


def code_of(error: pytest.ExceptionInfo) -> str:
    return error.value.response["Error"]["Code"]


def s(value: str) -> dict[str, str]:
    return {"S": value}


@pytest.fixture(scope="module")
def dynamodb(stack):
    return stack.aws.client("dynamodb")


@pytest.fixture(scope="module")
def table(dynamodb):
    name = f"fidelity-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk", "due", "at")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [{"AttributeName": "due", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return name


@pytest.fixture
def put(dynamodb, table):
    def put(pk, sk="a", **more):
        condition = {name: more.pop(name) for name in list(more) if name[0].isupper()}
        dynamodb.put_item(TableName=table, Item={"pk": s(pk), "sk": s(sk), **more}, **condition)

    return put


def get(dynamodb, table, pk):
    return dynamodb.get_item(TableName=table, Key={"pk": s(pk), "sk": s("a")}, ConsistentRead=True).get("Item")


def test_a_refused_condition_hands_back_the_item(put):
    put("held", v={"N": "7"})
    refuse = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    with pytest.raises(ClientError) as error:
        put("held", **refuse)
    assert code_of(error) == "ConditionalCheckFailedException"
    assert error.value.response["Item"]["v"] == {"N": "7"}


def test_a_transaction_is_all_or_nothing_and_names_the_reason_by_position(dynamodb, table, put):
    put("lane", v={"N": "1"})
    check = {"TableName": table, "Key": {"pk": s("lane"), "sk": s("a")}, "ConditionExpression": "v = :two"}
    check |= {"ExpressionAttributeValues": {":two": {"N": "2"}}}
    write = {"Put": {"TableName": table, "Item": {"pk": s("never"), "sk": s("a")}}}
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=[write, {"ConditionCheck": check}])
    reasons = error.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert get(dynamodb, table, "never") is None


def test_a_repeated_transaction_token_writes_once(dynamodb, table):
    update = {"TableName": table, "Key": {"pk": s("once"), "sk": s("a")}, "UpdateExpression": "ADD v :one"}
    update |= {"ExpressionAttributeValues": {":one": {"N": "1"}}}
    token = uuid.uuid4().hex
    for _ in range(2):
        dynamodb.transact_write_items(ClientRequestToken=token, TransactItems=[{"Update": update}])
    assert get(dynamodb, table, "once")["v"] == {"N": "1"}


def test_a_transaction_over_one_item_twice_or_over_100_items_is_refused(dynamodb, table):
    one = {"Put": {"TableName": table, "Item": {"pk": s("twice"), "sk": s("a")}}}
    many = [{"Put": {"TableName": table, "Item": {"pk": s(f"n{n}"), "sk": s("a")}}} for n in range(101)]
    for items in ([one, one], many):
        with pytest.raises(ClientError) as error:
            dynamodb.transact_write_items(TransactItems=items)
        assert code_of(error) == "ValidationException"


def test_an_index_holds_only_items_with_its_keys_and_pages_in_order(dynamodb, table, put):
    put("plain")
    for number in range(5):
        put(f"due{number}", due=s("D"), at=s(str(number)))
    query = {
        "TableName": table,
        "IndexName": "due",
        "KeyConditionExpression": "due = :d AND #at >= :from",
        "ExpressionAttributeNames": {"#at": "at"},
        "ExpressionAttributeValues": {":d": s("D"), ":from": s("1")},
    }
    pages = list(dynamodb.get_paginator("query").paginate(**query, PaginationConfig={"PageSize": 2}))
    assert [item["at"]["S"] for page in pages for item in page["Items"]] == ["1", "2", "3", "4"]
    assert len(pages) >= 2
    assert pages[0]["Items"][0].keys() == {"pk", "sk", "due", "at"}


def test_removing_an_index_key_takes_the_item_out_of_the_index(dynamodb, table, put):
    put("gone", due=s("R"), at=s("1"))
    dynamodb.update_item(TableName=table, Key={"pk": s("gone"), "sk": s("a")}, UpdateExpression="REMOVE due")
    found = dynamodb.query(
        TableName=table, IndexName="due", KeyConditionExpression="due = :d", ExpressionAttributeValues={":d": s("R")}
    )
    assert found["Count"] == 0


@pytest.mark.parametrize(
    "wrong", [{"due": {"N": "1"}, "at": s("x")}, {"due": s(""), "at": s("x")}, {"big": s("x" * 410_000)}]
)
def test_an_item_an_index_or_the_table_cannot_hold_is_refused(put, wrong):
    with pytest.raises(ClientError) as error:
        put("wrong", **wrong)
    assert code_of(error) == "ValidationException"


def test_a_batch_over_25_writes_is_refused(dynamodb, table):
    writes = [{"PutRequest": {"Item": {"pk": s(f"b{n}"), "sk": s("a")}}} for n in range(26)]
    with pytest.raises(ClientError) as error:
        dynamodb.batch_write_item(RequestItems={table: writes})
    assert code_of(error) == "ValidationException"


def test_a_reserved_word_wants_a_name(dynamodb, table):
    with pytest.raises(ClientError) as error:
        dynamodb.update_item(
            TableName=table,
            Key={"pk": s("r"), "sk": s("a")},
            UpdateExpression="SET state = :x",
            ExpressionAttributeValues={":x": s("1")},
        )
    assert code_of(error) == "ValidationException"


def test_many_writers_with_versions_lose_no_update(dynamodb, table, put):
    put("counter", v={"N": "0"})

    def add_five():
        done = 0
        while done < 5:
            version = get(dynamodb, table, "counter")["v"]["N"]
            try:
                dynamodb.update_item(
                    TableName=table,
                    Key={"pk": s("counter"), "sk": s("a")},
                    UpdateExpression="SET v = :next",
                    ConditionExpression="v = :seen",
                    ExpressionAttributeValues={":next": {"N": str(int(version) + 1)}, ":seen": {"N": version}},
                )
                done += 1
            except dynamodb.exceptions.ConditionalCheckFailedException:
                pass

    writers = [threading.Thread(target=add_five) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert get(dynamodb, table, "counter")["v"] == {"N": "20"}


def test_consumed_capacity_is_told_with_its_indexes(dynamodb, table):
    item = {"pk": s("units"), "sk": s("a"), "due": s("U"), "at": s("1")}
    told = dynamodb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert told["CapacityUnits"] == 2
    assert told["GlobalSecondaryIndexes"]["due"]["CapacityUnits"] == 1


def test_the_stacks_own_table_expires_items_and_can_be_restored(stack, dynamodb):
    name = stack.resources.physical["NotesTable"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
