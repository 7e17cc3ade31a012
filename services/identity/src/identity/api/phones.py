"""Phones as people write them, for this product's countries."""

from identity.errors import CountryNotAllowed
from identity.settings import Settings
from kit.errors import InvalidInput
from kit.phones import gets_sms, normalise


def allowed_phone(written: str, settings: Settings) -> str:
    """E.164 of a phone that may get login codes; raises `InvalidInput` or `CountryNotAllowed`."""
    try:
        phone_e164 = normalise(written)
    except ValueError:
        raise InvalidInput.of("/phone", "phone") from None
    if not any(phone_e164.startswith(f"+{code}") for code in settings.calling_codes):
        raise CountryNotAllowed([f"+{code}" for code in settings.calling_codes])
    if not gets_sms(phone_e164):
        raise InvalidInput.of("/phone", "mobile")
    return phone_e164
