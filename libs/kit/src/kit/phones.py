"""Phone numbers as people write them, kept as E.164.

libphonenumber is loaded with the first number: 1.5 MB that a process at rest does not need.
"""

import hashlib
import hmac

DEFAULT_REGION = "UA"


def normalise(written: str, *, region: str = DEFAULT_REGION) -> str:
    """E.164 of a number in any usual spelling.

    Understands, for Ukraine, `+380 67…`, `380…`, the old `8 067…`, `067…` and nine bare digits. Raises
    `ValueError("phone")` for what cannot be a number: the word is the field code of the catalogue.
    """
    import phonenumbers

    cleaned = written.strip()
    digits = "".join(sign for sign in cleaned if sign.isdigit())
    if not 6 <= len(digits) <= 15 or len(cleaned) > 40:
        raise ValueError("phone")
    if region == "UA" and not cleaned.startswith("+"):
        # libphonenumber does not know the old long-distance 8, nor numbers without the leading 0.
        if len(digits) == 11 and digits.startswith("80"):
            digits = digits[1:]
        if len(digits) == 9:
            digits = "0" + digits
        cleaned = "+" + digits if digits.startswith("380") and len(digits) == 12 else digits
    try:
        number = phonenumbers.parse(cleaned, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("phone") from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_foreign(written: str, region: str) -> bool:
    """Whether a number says by its `+` and country code that it belongs to another country than `region`."""
    if not written.strip().startswith("+"):
        return False
    import phonenumbers

    try:
        number = phonenumbers.parse(written.strip(), region)
    except phonenumbers.NumberParseException:
        return False
    return number.country_code != phonenumbers.country_code_for_region(region)


def gets_sms(phone_e164: str) -> bool:
    """Whether a number may be a mobile one; those of flats, offices and free lines get no SMS."""
    import phonenumbers

    kind = phonenumbers.number_type(phonenumbers.parse(phone_e164))
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def masked(phone_e164: str) -> str:
    """The number for eyes without the right to see it: country and the last two digits."""
    return f"{phone_e164[:4]}…{phone_e164[-2:]}" if len(phone_e164) > 6 else "…"


def fingerprint(phone_e164: str, pepper: bytes) -> str:
    """A keyed hash that tells numbers apart in logs and limits without giving them away."""
    return hmac.new(pepper, phone_e164.encode(), hashlib.sha256).hexdigest()[:16]
