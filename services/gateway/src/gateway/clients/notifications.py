"""Messages with their reasons, settings, providers, balance, templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.http import channels
from contracts.http import notifications as bodies
from contracts.http.staff_tasks import StaffTask, StaffTasks

from .calling import Call, QueryValue, segment

_OWN = "/me/notification-channels"


@dataclass(frozen=True)
class Notifications:
    """The API of notifications for one asker."""

    call: Call

    async def of_booking(self, account_id: UUID, booking_id: UUID) -> bodies.Notifications:
        """Every decision about messages of one booking."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/notifications"
        return await self.call(bodies.Notifications, "GET", path)

    async def mine_of_booking(self, account_id: UUID, booking_id: UUID) -> bodies.Notifications:
        """Why the asker was told of one booking, or was not."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/notifications/mine"
        return await self.call(bodies.Notifications, "GET", path)

    async def listed(
        self,
        account_id: UUID,
        *,
        states: Sequence[str] = (),
        reason: str | None = None,
        kind: str | None = None,
        since: date | None = None,
        until: date | None = None,
        cursor: str | None = None,
    ) -> bodies.Notifications:
        """What waits or went wrong."""
        query: dict[str, QueryValue] = {
            "state": ",".join(states) or None,
            "reason": reason,
            "kind": kind,
            "from": since,
            "to": until,
            "cursor": cursor,
        }
        return await self.call(bodies.Notifications, "GET", f"/accounts/{account_id}/notifications", query=query)

    async def causes(self, account_id: UUID, *, states: Sequence[str] = (), since: date | None = None) -> bodies.Causes:
        """How many wait or did not go, by cause, with what cures each."""
        query: dict[str, QueryValue] = {"state": ",".join(states) or None, "from": since}
        return await self.call(bodies.Causes, "GET", f"/accounts/{account_id}/notifications/causes", query=query)

    async def staff_tasks(self, account_id: UUID) -> StaffTasks:
        """What messages leave to people: numbers that are wrong, answers that no machine understands."""
        return await self.call(StaffTasks, "GET", f"/accounts/{account_id}/staff-tasks")

    async def settle_task(self, account_id: UUID, task_id: UUID) -> StaffTask:
        """Somebody has done it."""
        return await self.call(StaffTask, "POST", f"/accounts/{account_id}/staff-tasks/{task_id}/settle")

    async def morning_check(self, account_id: UUID) -> bodies.MorningCheck:
        """What would fail today as things stand."""
        path = f"/accounts/{account_id}/notifications/morning-check"
        return await self.call(bodies.MorningCheck, "GET", path)

    async def send_again(self, account_id: UUID, notification_id: UUID, *, key: str) -> object:
        """Send a message once more, where that is offered."""
        path = f"/accounts/{account_id}/notifications/{notification_id}/send-again"
        return await self.call(object, "POST", path, key=key)

    async def plan_preview(self, account_id: UUID, body: bodies.PlanPreviewRequest) -> bodies.PlanPreview:
        """Every message of a visit as saving it would plan them."""
        return await self.call(bodies.PlanPreview, "POST", f"/accounts/{account_id}/notifications/preview", body=body)

    async def letters(self, account_id: UUID, client_id: UUID, *, cursor: str | None = None) -> bodies.WrittenMessages:
        """What was written to a client by hand, and what they answered."""
        path = f"/accounts/{account_id}/clients/{client_id}/messages"
        return await self.call(bodies.WrittenMessages, "GET", path, query={"cursor": cursor})

    async def foretell_message(
        self, account_id: UUID, client_id: UUID, body: bodies.MessageDraft
    ) -> bodies.MessageForecast:
        """What would become of words for a client."""
        path = f"/accounts/{account_id}/clients/{client_id}/messages/preview"
        return await self.call(bodies.MessageForecast, "POST", path, body=body)

    async def write(
        self, account_id: UUID, client_id: UUID, body: bodies.MessageDraft, *, key: str
    ) -> bodies.WrittenMessage:
        """Write to a client by hand."""
        path = f"/accounts/{account_id}/clients/{client_id}/messages"
        return await self.call(bodies.WrittenMessage, "POST", path, body=body, key=key)

    async def mail_subscription(self, token: str) -> bodies.MailSubscription:
        """Whether mails still come to whoever has this link."""
        return await self.call(bodies.MailSubscription, "GET", f"/public/unsubscribe/{segment(token)}")

    async def unsubscribe(self, token: str) -> bodies.MailSubscription:
        """No mails of that company any more."""
        return await self.call(bodies.MailSubscription, "POST", f"/public/unsubscribe/{segment(token)}")

    async def settings(self, account_id: UUID) -> bodies.NotificationSettings:
        """What the account sends, when and to whom."""
        path = f"/accounts/{account_id}/notification-settings"
        return await self.call(bodies.NotificationSettings, "GET", path)

    async def set_settings(self, account_id: UUID, body: bodies.NotificationSettings) -> bodies.NotificationSettings:
        """New settings."""
        path = f"/accounts/{account_id}/notification-settings"
        return await self.call(bodies.NotificationSettings, "PUT", path, body=body, version=body.version)

    async def foretell_settings(self, account_id: UUID, body: bodies.NotificationSettings) -> bodies.SettingsChange:
        """What new settings would do to the plan; nothing is saved."""
        path = f"/accounts/{account_id}/notification-settings"
        return await self.call(bodies.SettingsChange, "PUT", path, query={"dry_run": True}, body=body)

    async def providers(self, account_id: UUID) -> bodies.ProviderList:
        """The account's SMS providers in the order of failover."""
        return await self.call(bodies.ProviderList, "GET", f"/accounts/{account_id}/sms-providers")

    async def set_provider(
        self,
        account_id: UUID,
        provider: str,
        body: bodies.HttpToken | bodies.SoapLogin | bodies.ApiKey | bodies.OwnBalance,
    ) -> bodies.ProviderSettings:
        """Connect or change a provider."""
        path = f"/accounts/{account_id}/sms-providers/{segment(provider)}"
        return await self.call(bodies.ProviderSettings, "PUT", path, body=body)

    async def check_provider(self, account_id: UUID, provider: str) -> bodies.ProviderCheck:
        """Ask the provider now."""
        path = f"/accounts/{account_id}/sms-providers/{segment(provider)}/check"
        return await self.call(bodies.ProviderCheck, "POST", path)

    async def balance(self, account_id: UUID, *, cursor: str | None = None) -> bodies.SmsBalance:
        """Own balance, ledger, forecast."""
        query = {"cursor": cursor}
        return await self.call(bodies.SmsBalance, "GET", f"/accounts/{account_id}/sms-balance", query=query)

    async def own_channels(self) -> channels.OwnChannels:
        """Where the caller can be reached beside phone and mailbox."""
        return await self.call(channels.OwnChannels, "GET", _OWN)

    async def start_telegram(self, *, key: str) -> channels.TelegramStart:
        """A link that binds the caller's chat, once."""
        return await self.call(channels.TelegramStart, "POST", f"{_OWN}/telegram", key=key)

    async def part_from_telegram(self) -> None:
        """The bot writes to the caller no more."""
        await self.call(object, "DELETE", f"{_OWN}/telegram")

    async def subscribe_browser(self, body: channels.BrowserDraft, *, key: str) -> channels.Browser:
        """A browser that wants messages."""
        return await self.call(channels.Browser, "POST", f"{_OWN}/browsers", body=body, key=key)

    async def unsubscribe_browser(self, browser_id: UUID) -> None:
        """It wants none any more."""
        await self.call(object, "DELETE", f"{_OWN}/browsers/{browser_id}")

    async def client_preferences(self, account_id: UUID, client_id: UUID) -> bodies.RecordedPreferences:
        """What a client does not want to get, and who wrote it down."""
        path = f"/accounts/{account_id}/clients/{client_id}/notification-preferences"
        return await self.call(bodies.RecordedPreferences, "GET", path)

    async def set_client_preferences(
        self, account_id: UUID, client_id: UUID, body: bodies.ClientPreferences
    ) -> bodies.RecordedPreferences:
        """What a client does not want to get."""
        path = f"/accounts/{account_id}/clients/{client_id}/notification-preferences"
        return await self.call(bodies.RecordedPreferences, "PUT", path, body=body)
