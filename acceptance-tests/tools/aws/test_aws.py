"""Checks of the local AWS, with boto3 as the client.

python -m unittest discover -s acceptance-tests/tools/aws
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ProxyConnectionError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

REGION = "us-east-1"
CLUSTER = f"arn:aws:eks:{REGION}:123456789012:cluster/demo"
DEPLOYER = "arn:aws:iam::210987654321:role/Deployer"
ALICE = ("AKIAALICE00000000001", "alice-secret")
BOB = ("AKIABOB0000000000001", "bob-secret")


def policy(action: str) -> dict[str, Any]:
    statement = [{"Effect": "Allow", "Action": action, "Resource": "*"}]
    return {"Version": "2012-10-17", "Statement": statement}


def trust(principal: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}}
        ],
    }


def user(name: str, key: tuple[str, str], *policies: dict[str, Any]) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:iam::123456789012:user/{name}",
        "access_key_id": key[0],
        "secret_access_key": key[1],
        "policies": policies,
    }


SEEDS = {
    "users": [
        user("alice", ALICE, policy("eks:*"), policy("sts:AssumeRole")),
        user("bob", BOB, policy("sts:AssumeRole")),
    ],
    "roles": [{"arn": DEPLOYER, "trust_policy": trust("arn:aws:iam::123456789012:user/alice")}],
    "clusters": [{"arn": CLUSTER, "version": "1.37"}],
    "endpoints": {CLUSTER: {"endpoint": "https://127.0.0.1:6443", "certificate_authority": "Q0E="}},
}


def write_ca(directory: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CA")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    (directory / "ca.crt").write_bytes(certificate.public_bytes(encoding))
    (directory / "ca.key").write_bytes(key.private_bytes(encoding, form, plain))


class LocalAws(unittest.TestCase):
    """Each case is a client of one server that all cases share."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.directory = Path(folder.name)
        write_ca(cls.directory)
        (cls.directory / "seeds.json").write_text(json.dumps(SEEDS))
        cls.log = (cls.directory / "log").open("w+")
        cls.addClassCleanup(cls.log.close)
        files = [f"--{name}={cls.directory / file}" for name, file in FILES.items()]
        command = [sys.executable, str(Path(__file__).parent), *files]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=cls.log)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        cls.addClassCleanup(server.stdout.close)
        cls.ports = json.loads(server.stdout.readline())

    def client(self, service: str, key: tuple[str, ...]) -> Any:
        proxies = {"https": f"http://127.0.0.1:{self.ports['secure']}"}
        return boto3.session.Session(*key).client(
            service,
            region_name=REGION,
            verify=str(self.directory / "ca.crt"),
            config=Config(proxies=proxies, retries={"max_attempts": 1}),
        )

    def refusal(self, call: Any, **arguments: str) -> tuple[int, str]:
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        response = raised.exception.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]

    def load(self, seeds: dict[str, Any]) -> None:
        url = f"http://127.0.0.1:{self.ports['plain']}/_seeds"
        urllib.request.urlopen(url, json.dumps(seeds).encode()).close()

    def test_right_key_describes_the_seeded_cluster(self) -> None:
        cluster = self.client("eks", ALICE).describe_cluster(name="demo")["cluster"]
        self.assertEqual(cluster["arn"], CLUSTER)
        self.assertEqual(cluster["endpoint"], "https://127.0.0.1:6443")
        self.assertEqual(cluster["certificateAuthority"], {"data": "Q0E="})

    def test_wrong_secret_is_refused(self) -> None:
        call = self.client("eks", (ALICE[0], "wrong")).describe_cluster
        self.assertEqual(self.refusal(call, name="demo"), (403, "InvalidSignatureException"))
        call = self.client("sts", (ALICE[0], "wrong")).get_caller_identity
        self.assertEqual(self.refusal(call), (403, "SignatureDoesNotMatch"))

    def test_unknown_key_is_refused(self) -> None:
        call = self.client("eks", ("AKIANOBODY0000000001", "x")).describe_cluster
        self.assertEqual(self.refusal(call, name="demo"), (403, "UnrecognizedClientException"))

    def test_user_without_policy_is_refused(self) -> None:
        call = self.client("eks", BOB).describe_cluster
        self.assertEqual(self.refusal(call, name="demo"), (403, "AccessDeniedException"))

    def test_unknown_cluster_is_not_found(self) -> None:
        call = self.client("eks", ALICE).describe_cluster
        self.assertEqual(self.refusal(call, name="nope"), (404, "ResourceNotFoundException"))

    def test_only_a_trusted_user_assumes_a_role(self) -> None:
        role = {"RoleArn": DEPLOYER, "RoleSessionName": "session"}
        call = self.client("sts", BOB).assume_role
        self.assertEqual(self.refusal(call, **role), (403, "AccessDenied"))
        session = self.client("sts", ALICE).assume_role(**role)["Credentials"]
        key = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
        identity = self.client("sts", key).get_caller_identity()
        expected = "arn:aws:sts::210987654321:assumed-role/Deployer/session"
        self.assertEqual(identity["Arn"], expected)
        stripped = self.client("sts", (key[0], key[1], "other")).get_caller_identity
        self.assertEqual(self.refusal(stripped), (403, "InvalidClientTokenId"))

    def test_presigned_url_counts_only_with_its_signed_header(self) -> None:
        url = presigned_identity(ALICE)
        self.assertEqual(self.present(url, "demo"), (200, "arn:aws:iam::123456789012:user/alice"))
        self.assertEqual(self.present(url, "other"), (403, "SignatureDoesNotMatch"))
        self.assertEqual(self.present(url[:-1] + "x", "demo"), (403, "SignatureDoesNotMatch"))

    def present(self, url: str, cluster: str) -> tuple[int, str]:
        """Presents a token's URL as the authenticator does; answers status and ARN or code."""
        headers = {"x-k8s-aws-id": cluster, "Accept": "application/json"}
        proxy = urllib.request.ProxyHandler({"https": f"127.0.0.1:{self.ports['secure']}"})
        secure = urllib.request.HTTPSHandler(context=self.trust())
        opener = urllib.request.build_opener(proxy, secure)
        try:
            with opener.open(urllib.request.Request(url, headers=headers)) as answer:
                result = json.load(answer)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
                return answer.status, result["Arn"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)["Error"]["Code"]

    def trust(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.directory / "ca.crt")
        return context

    def test_tls_at_once_needs_no_connect(self) -> None:
        host = f"sts.{REGION}.amazonaws.com"
        request = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        plain = socket.create_connection(("127.0.0.1", self.ports["secure"]))
        with self.trust().wrap_socket(plain, server_hostname=host) as secured:
            secured.sendall(request.encode())
            answer = secured.makefile("rb").read()
        self.assertTrue(answer.startswith(b"HTTP/1.1 403"))
        self.assertIn(b"<Code>MissingAuthenticationToken</Code>", answer)

    def test_later_seeds_lead_a_cluster_elsewhere(self) -> None:
        moved = {"endpoint": "https://127.0.0.1:7443", "certificate_authority": "Qg=="}
        arn = f"arn:aws:eks:{REGION}:123456789012:cluster/moving"
        first = {"endpoint": "https://127.0.0.1:6443", "certificate_authority": "Q0E="}
        self.load({"clusters": [{"arn": arn}], "endpoints": {arn: first}})
        self.load({"endpoints": {arn: moved}})
        cluster = self.client("eks", ALICE).describe_cluster(name="moving")["cluster"]
        self.assertEqual(cluster["endpoint"], moved["endpoint"])

    def test_other_hosts_are_not_served(self) -> None:
        with self.assertRaises(ProxyConnectionError):
            self.client("ec2", ALICE).describe_regions()


FILES = {"ca-cert": "ca.crt", "ca-key": "ca.key", "seeds": "seeds.json"}


def presigned_identity(key: tuple[str, str]) -> str:
    """The URL inside an EKS token for the cluster `demo`."""
    url = f"https://sts.{REGION}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("GET", url, headers={"x-k8s-aws-id": "demo"})
    SigV4QueryAuth(Credentials(*key), "sts", REGION, expires=60).add_auth(request)
    return request.url


if __name__ == "__main__":
    unittest.main()
