"""TurboSMS: the HTTP gateway with tokens and the SOAP gateway with login, password and cookie."""

from simulators.turbosms.provider import TurboSms

__all__ = ["TurboSms"]
