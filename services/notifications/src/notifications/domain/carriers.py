"""The ways to a person."""

from enum import StrEnum


class Channel(StrEnum):
    """How a message travels; through the account's SMS providers, or through the platform itself."""

    SMS = "sms"
    VIBER = "viber"
    VOICE = "voice"
    EMAIL = "email"
    TELEGRAM = "telegram"
    WEB_PUSH = "web_push"

    @property
    def needs_phone(self) -> bool:
        """Whether the address is a phone number."""
        return self in (Channel.SMS, Channel.VIBER, Channel.VOICE)

    @property
    def platform_provider(self) -> str | None:
        """Who carries it where the account has nothing to choose or to pay."""
        return _OF_PLATFORM.get(self)


_OF_PLATFORM = {Channel.EMAIL: "smtp", Channel.TELEGRAM: "telegram", Channel.WEB_PUSH: "webpush"}

VOICE_PROVIDERS = frozenset({"alphasms"})
"""Who can read a message aloud."""
