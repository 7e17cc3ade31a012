"""Passwords, tokens and keys of a running instance: made once, readable by their owner alone."""

import base64
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zapys_dev import locks


@dataclass(frozen=True)
class Keys:
    """A folder of secrets, one per file; the same name always gives the same value."""

    folder: Path

    def text(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
        """The secret of that name, made at the first call."""
        return self.file(name, make).read_text()

    def file(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> Path:
        """The file with the secret of that name, made at the first call (several processes may ask at once)."""
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locks.exclusive(self.folder / ".lock"):
                if not path.exists():
                    write_private(path, make())
        return path


def write_private(path: Path, text: str) -> None:
    """Write the file in one step, with mode 0600."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def new_sealing_key() -> str:
    """32 random bytes in base64: what seals stored secrets."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def new_signing_key() -> str:
    """An Ed25519 private key, PKCS#8 in PEM: signs access tokens."""
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
