"""An authority for time stamps on this machine, made with OpenSSL. As a program it makes ``stamped`` again."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.ledger.integrity.logs import note

STAMPED = Path(__file__).parent / "stamped"
_SETTINGS = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamping]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
[tsa]
default_tsa = here
[here]
serial = serial
default_policy = 1.2.3.4.1
signer_digest = sha256
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """An authority with its own root, in a folder."""

    def __init__(self, folder: Path, name: str = "Stamps of the Test") -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "settings").write_text(_SETTINGS.format(name=name), encoding="utf-8")
        for who, issued_by, extensions in (("root", "root", "root"), ("signer", "root", "stamping")):
            self._run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{who}.key")
            self._run("req", "-new", "-key", f"{who}.key", "-config", "settings", "-out", f"{who}.csr")
            by = ["-signkey", "root.key"] if who == issued_by else ["-CA", "root.pem", "-CAkey", "root.key"]
            of = ["-in", f"{who}.csr", "-extfile", "settings", "-extensions", extensions, "-days", "7300"]
            self._run("x509", "-req", *of, *by, "-set_serial", "1" if who == "root" else "2", "-out", f"{who}.pem")
        (folder / "serial").write_text("01\n", encoding="ascii")

    @property
    def certificates(self) -> bytes:
        """What somebody has who trusts it."""
        return (self.folder / "root.pem").read_bytes()

    def reply(self, request: bytes) -> bytes:
        """Return the reply to a request."""
        (self.folder / "request.tsq").write_bytes(request)
        signing = ["-signer", "signer.pem", "-inkey", "signer.key"]
        self._run("ts", "-reply", "-queryfile", "request.tsq", "-config", "settings", *signing, "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()

    def accepts(self, reply: bytes, data: bytes) -> bool:
        """Whether OpenSSL takes the reply for a stamp of the data."""
        (self.folder / "reply.tsr").write_bytes(reply)
        (self.folder / "data").write_bytes(data)
        asked = ["ts", "-verify", "-in", "reply.tsr", "-data", "data", "-CAfile", "root.pem"]
        done = subprocess.run(["openssl", *asked], cwd=self.folder, capture_output=True, check=False)
        return b"Verification: OK" in done.stdout + done.stderr

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=True)


if __name__ == "__main__":
    import tempfile

    from ledger.integrity.stamps import request

    with tempfile.TemporaryDirectory() as made:
        authority = Authority(Path(made) / "one")
        STAMPED.mkdir(exist_ok=True)
        (STAMPED / "acme.checkpoint").write_bytes(note())
        (STAMPED / "reply.tsr").write_bytes(authority.reply(request(note())))
        (STAMPED / "authority.pem").write_bytes(authority.certificates)
        (STAMPED / "another.pem").write_bytes(Authority(Path(made) / "two").certificates)
