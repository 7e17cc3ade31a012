"""The file with the signing keys."""

from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from identity.keyring import Keyring
from kit.access import public_key
from kit.ids import new_id
from zapys_dev.keys import new_signing_key


def test_the_first_key_of_the_file_signs_and_all_of_them_are_known() -> None:
    first, second = new_signing_key(), new_signing_key()
    ring = Keyring.from_pem((first + second).encode())
    now = datetime.now(UTC)
    token = ring.access_token(
        user_id=new_id(), session_id=new_id(), phone_e164="+380671234567", confirmed_at=now, now=now
    )
    assert [key.kid for key in ring.keys] == [Keyring.from_pem(pem.encode()).keys[0].kid for pem in (first, second)]
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "JWT", "kid": ring.keys[0].kid}
    jwt.decode(token, public_key(ring.keys[0].x), algorithms=["EdDSA"])
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, public_key(ring.keys[1].x), algorithms=["EdDSA"])


@pytest.mark.parametrize("content", [b"", b"secret", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_without_a_key_stops_the_start_with_a_sentence(content: bytes) -> None:
    with pytest.raises(SystemExit, match="signing key"):
        Keyring.from_pem(content)


def test_a_key_of_another_kind_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(SystemExit, match="Ed25519"):
        Keyring.from_pem(new_signing_key().encode() + pem)
