"""What the hub relies on of KMS, Secrets Manager, SES and S3, checked of the pinned emulator.

Run the fidelity tests first when ministack's version changes: a difference found here is not a fault of the hub.
"""

import urllib.request
import uuid

import pytest
from botocore.exceptions import ClientError

from local.ports import direct

pytestmark = pytest.mark.loopback


def code_of(error: pytest.ExceptionInfo) -> str:
    return error.value.response["Error"]["Code"]


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
