"""Makes the secrets of an installation, one file each, where they are missing. Run once before the services start.

    python make_keys.py FOLDER [OWNER_UID]

The files are readable by their owner alone. A file that exists is left as it is: delete it to have a new one made.
"""

import base64
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def signing_key() -> str:
    """An Ed25519 private key in PEM."""
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def sealing_key() -> str:
    """32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def token() -> str:
    """43 characters nobody guesses."""
    return secrets.token_urlsafe(32)


# The shops that the simulated acquirers know. In production: the platform's own shops, which top-ups are paid to.
SIMULATED_SHOPS = {
    "liqpay": {"id": "test_public", "secret": "test_private"},
    "monobank": {"secret": "good-token"},
    "wayforpay": {"id": "demo_merchant", "secret": "test_secret", "domain": "zapys.example"},
}

KEYS: dict[str, Callable[[], str]] = {
    "operator-token": token,
    "identity-signing-key": signing_key,
    "identity-code-pepper": token,
    "notifications-secrets-key": sealing_key,
    "fiscal-secrets-key": sealing_key,
    "gateway-secret-key": token,
    # What the simulators accept. In production: the token of the platform's own account at the provider.
    "platform-turbosms-token": lambda: "platform-token",
    "telegram-token": lambda: "100001:good-token",
    # In production: the password of the mail server, where it asks for a login.
    "smtp-password": token,
    "platform-acquirers": lambda: json.dumps(SIMULATED_SHOPS),
}


def main(folder: Path, owner: int | None) -> None:
    """Write what is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in KEYS.items():
        path = folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(make())
        if owner is not None:
            os.chown(path, owner, owner)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
