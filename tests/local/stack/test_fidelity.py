"""What the hub relies on of DynamoDB, SQS, KMS, S3, SES and Secrets Manager, checked of the pinned emulator.

Run this first when ministack's version changes: a difference found here is not a fault of the hub.
"""

import json
import threading
import time
import urllib.request
import uuid

import pytest
from botocore.exceptions import ClientError

from local.ports import direct

pytestmark = pytest.mark.loopback


def code_of(error: pytest.ExceptionInfo) -> str:
    return error.value.response["Error"]["Code"]


def s(value: str) -> dict[str, str]:
    return {"S": value}


# ---------------------------------------------------------------- DynamoDB


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


# ---------------------------------------------------------------- SQS


@pytest.fixture
def sqs(stack):
    return stack.aws.client("sqs")


@pytest.fixture
def queue(sqs):
    def make(**attributes):
        fifo = attributes.get("FifoQueue") == "true"
        name = f"q{uuid.uuid4().hex[:8]}{'.fifo' if fifo else ''}"
        return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    return make


def dead_letters_of(sqs, queue, times, **kind):
    apart = queue(**kind)
    arn = sqs.get_queue_attributes(QueueUrl=apart, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return apart, json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": times})


def receive(sqs, url, at_most=10, wait=0):
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=at_most, WaitTimeSeconds=wait, MessageSystemAttributeNames=["All"]
    )
    return answer.get("Messages", [])


def bodies(messages):
    return [message["Body"] for message in messages]


def test_a_received_message_is_hidden_and_comes_back_with_a_count(sqs, queue):
    url = queue(VisibilityTimeout="1")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert bodies(receive(sqs, url)) == ["x"]
    assert receive(sqs, url) == []
    again = receive(sqs, url, wait=3)
    assert again[0]["Attributes"]["ApproximateReceiveCount"] == "2"


def test_dead_letters_come_after_the_allowed_receives_and_keep_their_group(sqs, queue):
    apart, policy = dead_letters_of(sqs, queue, 1, FifoQueue="true")
    url = queue(FifoQueue="true", VisibilityTimeout="0", RedrivePolicy=policy)
    for body in ("bad", "good"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId=body)
    assert bodies(receive(sqs, url, 1)) == ["bad"]
    assert bodies(receive(sqs, url, 1)) == ["good"]
    (dead,) = receive(sqs, apart, wait=2)
    assert (dead["Body"], dead["Attributes"]["MessageGroupId"]) == ("bad", "g")


def test_a_group_in_flight_waits_while_others_go_on(sqs, queue):
    url = queue(FifoQueue="true", VisibilityTimeout="30")
    for group, body in (("a", "a0"), ("a", "a1"), ("b", "b0")):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body)
    (first,) = receive(sqs, url, 1)
    assert bodies(receive(sqs, url)) == ["b0"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(receive(sqs, url)) == ["a1"]


def test_a_group_keeps_its_order_after_a_timeout(sqs, queue):
    url = queue(FifoQueue="true", VisibilityTimeout="1")
    for body in ("0", "1", "2"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId=body)
    assert bodies(receive(sqs, url, 2)) == ["0", "1"]
    time.sleep(1.1)
    assert bodies(receive(sqs, url)) == ["0", "1", "2"]


def test_a_repeated_deduplication_id_is_one_message(sqs, queue):
    url = queue(FifoQueue="true")
    sent = [
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId="k")
        for body in "12"
    ]
    assert sent[0]["MessageId"] == sent[1]["MessageId"]
    assert bodies(receive(sqs, url)) == ["1"]


def test_a_delayed_message_is_counted_as_such(sqs, queue):
    url = queue()
    sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=60)
    sqs.send_message(QueueUrl=url, MessageBody="y")
    receive(sqs, url)
    names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert [counts[name] for name in names] == ["0", "1", "1"]


def test_a_fifo_message_wants_a_group_and_a_deduplication_id(sqs, queue):
    url = queue(FifoQueue="true")
    for missing in ({"MessageGroupId": "g"}, {"MessageDeduplicationId": "k"}):
        with pytest.raises(ClientError):
            sqs.send_message(QueueUrl=url, MessageBody="x", **missing)


# ---------------------------------------------------------------- the rest


def test_a_token_decrypts_only_for_the_company_it_was_encrypted_for(stack):
    kms = stack.aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"token", EncryptionContext={"company": "a"})["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"company": "a"})["Plaintext"] == b"token"
    with pytest.raises(ClientError) as error:
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"company": "b"})
    assert code_of(error) == "InvalidCiphertextException"


def test_a_secret_is_read_by_name_and_by_arn(stack):
    secrets = stack.aws.client("secretsmanager")
    made = secrets.create_secret(Name=f"s{uuid.uuid4().hex[:8]}", SecretString="v")
    for name in (made["Name"], made["ARN"]):
        assert secrets.get_secret_value(SecretId=name)["SecretString"] == "v"


def test_an_unverified_sender_is_refused(stack):
    content = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    with pytest.raises(ClientError) as error:
        stack.aws.client("sesv2").send_email(
            FromEmailAddress="stranger@example.org", Destination={"ToAddresses": ["a@example.com"]}, Content=content
        )
    assert code_of(error) == "MessageRejected"


def test_a_raw_message_keeps_its_text_and_html(stack):
    message = (
        "From: toy@example.com\r\nTo: raw@example.com\r\nSubject: raw\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>rich</b>\r\n--b--\r\n"
    )
    stack.aws.client("sesv2").send_email(
        FromEmailAddress="toy@example.com",
        Destination={"ToAddresses": ["raw@example.com"]},
        Content={"Raw": {"Data": message.encode()}},
    )
    mail = next(each for each in stack.outbox() if each["to"] == ["raw@example.com"])
    assert (mail["subject"], mail["text"].strip(), mail["html"].strip()) == ("raw", "plain", "<b>rich</b>")


def test_a_presigned_address_takes_and_gives_a_file(stack):
    s3 = stack.aws.client("s3")
    bucket = f"b{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    where = {"Bucket": bucket, "Key": "uploads/a b.csv"}
    upload = urllib.request.Request(s3.generate_presigned_url("put_object", Params=where), data=b"1,2", method="PUT")
    direct().open(upload).close()
    with direct().open(s3.generate_presigned_url("get_object", Params=where)) as answer:
        assert answer.read() == b"1,2"
