"""A mail server and a receiver of webhooks, which do what a case asks of them."""

import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import logging
import socket
import ssl
import threading
import time
import warnings

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

# What the server thinks of a client that goes away is no finding.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", category=DeprecationWarning)

USER, PASSWORD = "keydesk", "correct horse battery"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Mailbox:
    """Takes mail. By the recipient's name: `grey…` is put off once, `gone…` refused, `kill…` cut off once after it was taken."""

    def __init__(self, port, folder):
        self.port, self.taken, self.put_off, self.asked = port, [], set(), []
        self.before_answer = None
        authority = trustme.CA()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(self.tls)
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca)
        self.controller = None

    def start(self, tls=True, auth=True):
        demands = dict(
            tls_context=self.tls, require_starttls=True, auth_required=auth, authenticator=self.authenticate
        )
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **(demands if tls else {}))
        self.controller.start()

    def stop(self):
        self.controller.stop()

    def authenticate(self, server, session, envelope, mechanism, data):
        fits = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=fits)

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.asked.append(address)
        if address.startswith("grey") and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 Greylisted, try again later"
        if address.startswith("gone"):
            return f"550 5.1.1 <{address}>: No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken.append((envelope.rcpt_tos, envelope.content, message))
        if self.before_answer:
            self.before_answer()
            self.before_answer = None
        return "250 2.0.0 Taken"

    def of(self, address):
        return [message for to, _, message in self.taken if to == [address]]


class Silence:
    """Takes connections and says nothing."""

    def __init__(self, port):
        self.socket = socket.create_server(("127.0.0.1", port))
        self.held = []
        threading.Thread(target=self.hold, daemon=True).start()

    def hold(self):
        while True:
            try:
                self.held.append(self.socket.accept()[0])
            except OSError:
                return

    def stop(self):
        # A thread in accept() keeps the socket open otherwise.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for held in self.held:
            held.close()


class Receiver:
    """Takes webhooks; each signature is computed anew here, from the bytes that came."""

    def __init__(self):
        self.key = hashlib.sha256(b"a secret of the rig").digest()
        self.secret = "whsec_" + base64.b64encode(self.key).decode()
        self.taken, self.wrong, self.fail = [], [], 1
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.receive(self, body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keydesk"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def receive(self, handler, body):
        name, at = handler.headers["webhook-id"], handler.headers["webhook-timestamp"]
        signed = hmac.new(self.key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(signed).decode()
        if not hmac.compare_digest(signature, handler.headers["webhook-signature"]):
            self.wrong.append(name)
        if abs(time.time() - int(at)) > 60:
            self.wrong.append(f"{name} at {at}")
        status = 200
        if self.fail > 0:
            self.fail -= 1
            status = 503
        else:
            self.taken.append((name, json.loads(body)))
        handler.send_response(status)
        handler.send_header("content-length", "0")
        handler.end_headers()
