"""Rows of this service. What others own is a copy, and says so in its name."""

from .balance import LedgerEntry, SmsBalanceRow
from .base import Base
from .choices import ClientPreference, SettingsRow, TemplateRow, UserPreference
from .copies import AccountCopy, BookingCopy, ClientCopy, LocationCopy, WaitlistCopy
from .messages import DeliveryAttempt, LoginCodeMessage, NotificationRow
from .people import PushSubscription, Reply, TelegramChat, TelegramLink
from .providers import DeliveryReportRow, HeldRelease, PhoneMark, ProviderAccount
from .reports import DailyJournal, MailedReport, MorningTurn, ReceiptTrouble
from .tasks import StaffTask
from .web_hooks import EventFeed, PublicEvent, WebHook, WebHookDelivery

__all__ = [
    "AccountCopy",
    "Base",
    "BookingCopy",
    "ClientCopy",
    "ClientPreference",
    "DailyJournal",
    "DeliveryAttempt",
    "DeliveryReportRow",
    "EventFeed",
    "HeldRelease",
    "LedgerEntry",
    "LocationCopy",
    "LoginCodeMessage",
    "MailedReport",
    "MorningTurn",
    "NotificationRow",
    "PhoneMark",
    "ProviderAccount",
    "PublicEvent",
    "PushSubscription",
    "ReceiptTrouble",
    "Reply",
    "SettingsRow",
    "SmsBalanceRow",
    "StaffTask",
    "TelegramChat",
    "TelegramLink",
    "TemplateRow",
    "UserPreference",
    "WaitlistCopy",
    "WebHook",
    "WebHookDelivery",
]
