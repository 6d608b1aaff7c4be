"""EKS, STS and IAM on one loopback address: moto behind an authorizer that checks credentials.

    python acceptance-tests/tools/aws --ca-cert CA --ca-key KEY --seeds FILE

Once both servers listen, one line of JSON on stdout names their ports:

    {"plain": 40001, "secure": 40002}

`plain` is HTTP (for AWS_ENDPOINT_URL and `POST /_seeds`), `secure` is a CONNECT proxy and
TLS server for the public host names. Each request is a line on stderr. SIGTERM ends it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
from pathlib import Path
from threading import Thread

from authorizer import Authorizer
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from seeds import Seeds
from servers import PlainServer, SecureServer, issue_certificate


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aws", description=__doc__.partition("\n")[0])
    parser.add_argument("--ca-cert", type=Path, required=True, help="the test CA, PEM")
    parser.add_argument("--ca-key", type=Path, required=True, help="its private key, PEM")
    parser.add_argument("--seeds", type=Path, required=True, help="see seeds.py for the shape")
    parser.add_argument("--plain-port", type=int, default=0, help="default: any free port")
    parser.add_argument("--secure-port", type=int, default=0, help="default: any free port")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    logging.getLogger("aws").setLevel(logging.INFO)
    seeds = Seeds()
    seeds.load(json.loads(options.seeds.read_text()))
    authorizer = Authorizer(DomainDispatcherApplication(create_backend_app))
    certificate = issue_certificate(options.ca_cert, options.ca_key)
    plain = PlainServer(options.plain_port, authorizer, seeds)
    secure = SecureServer(options.secure_port, authorizer, certificate)
    for server in (plain, secure):
        Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"plain": plain.port, "secure": secure.port}), flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    # Threads of open connections would hold a normal exit up.
    os._exit(0)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
