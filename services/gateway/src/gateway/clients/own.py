"""What belongs to the person and not to an account: visits by their link, wishes, devices, data, payments."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.http import clients as cards
from contracts.http import identity as people
from contracts.http import notifications as messages
from contracts.http import payments, reviews, site, waitlist
from contracts.http.booking import BookingAnswer

from .calling import Call, segment

_FACTOR = "/me/second-factor"


@dataclass(frozen=True)
class Own:
    """The API of the person's own things, in all services, for one asker."""

    booking: Call
    identity: Call
    notifications: Call
    fiscal: Call

    # A visit by its link

    async def linked(self, code: str, key: str) -> site.LinkedBookingAnswer:
        """The visit behind the link of a message, with what may be done by whoever has its key."""
        path = f"/public/b/{segment(code)}/linked"
        return await self.booking(site.LinkedBookingAnswer, "GET", path, query={"key": key})

    async def confirm_linked(self, code: str, body: site.LinkBody, *, key: str) -> site.LinkedBookingAnswer:
        """I shall come."""
        path = f"/public/b/{segment(code)}/confirm"
        return await self.booking(site.LinkedBookingAnswer, "POST", path, body=body, key=key)

    async def cancel_linked(self, code: str, body: site.LinkCancelBody, *, key: str) -> site.LinkedBookingAnswer:
        """I shall not come."""
        path = f"/public/b/{segment(code)}/cancel"
        return await self.booking(site.LinkedBookingAnswer, "POST", path, body=body, key=key)

    async def move_linked(self, code: str, body: site.LinkRescheduleBody, *, key: str) -> site.LinkedBookingAnswer:
        """I shall come at another time."""
        path = f"/public/b/{segment(code)}/reschedule"
        return await self.booking(site.LinkedBookingAnswer, "POST", path, body=body, key=key)

    async def review_linked(self, code: str, body: reviews.LinkReviewBody, *, key: str) -> site.LinkedBookingAnswer:
        """How it was."""
        path = f"/public/b/{segment(code)}/review"
        return await self.booking(site.LinkedBookingAnswer, "POST", path, body=body, key=key)

    async def review(self, booking_id: UUID, body: reviews.ReviewBody, *, key: str) -> reviews.PublicReview:
        """How a visit of mine was."""
        return await self.booking(reviews.PublicReview, "POST", f"/me/bookings/{booking_id}/review", body=body, key=key)

    # Waiting

    async def waits(self) -> waitlist.WaitlistList:
        """What the caller waits for, in every firm."""
        return await self.booking(waitlist.WaitlistList, "GET", "/me/waitlist")

    async def stop_waiting(self, entry_id: UUID) -> None:
        """Wait no longer."""
        await self.booking(object, "DELETE", f"/me/waitlist/{entry_id}")

    async def accept(self, entry_id: UUID, *, key: str) -> BookingAnswer:
        """Book the time that was offered."""
        return await self.booking(BookingAnswer, "POST", f"/me/waitlist/{entry_id}/accept", key=key)

    async def decline(self, entry_id: UUID, *, key: str) -> waitlist.WaitlistAnswer:
        """Not this time."""
        return await self.booking(waitlist.WaitlistAnswer, "POST", f"/me/waitlist/{entry_id}/decline", key=key)

    # Messages

    async def wishes(self) -> messages.ClientPreferences:
        """What the caller refused everywhere."""
        return await self.notifications(messages.ClientPreferences, "GET", "/me/notification-preferences")

    async def set_wishes(self, body: messages.ClientPreferences) -> None:
        """Replace it."""
        await self.notifications(object, "PUT", "/me/notification-preferences", body=body)

    async def wishes_by_account(self) -> messages.AccountPreferencesList:
        """What the caller refused at single accounts."""
        path = "/me/notification-preferences/accounts"
        return await self.notifications(messages.AccountPreferencesList, "GET", path)

    async def set_wishes_at(self, account_id: UUID, body: messages.ClientPreferences) -> None:
        """Replace it at one account."""
        await self.notifications(object, "PUT", f"/me/notification-preferences/accounts/{account_id}", body=body)

    # Devices, phone, data

    async def sign_out_everywhere(self) -> None:
        """End every session of the caller."""
        await self.identity(object, "DELETE", "/auth/sessions")

    async def captcha(self) -> people.CaptchaAnswer:
        """Work that shows that a person's own computer asks for a code."""
        return await self.identity(people.CaptchaAnswer, "GET", "/auth/captcha")

    async def phone_change(self) -> people.PhoneChangeState:
        """The change of phone that waits for its day."""
        return await self.identity(people.PhoneChangeState, "GET", "/me/phone")

    async def change_phone(self, body: people.PhoneChangeBody) -> people.PhoneChangeAnswer:
        """Sign in with another phone from its day on."""
        return await self.identity(people.PhoneChangeAnswer, "POST", "/me/phone", body=body)

    async def keep_phone(self) -> None:
        """Take the change back."""
        await self.identity(object, "DELETE", "/me/phone")

    async def second_factor(self) -> people.SecondFactorAnswer:
        """Whether the caller has one."""
        return await self.identity(people.SecondFactorAnswer, "GET", _FACTOR)

    async def begin_second_factor(self) -> people.NewSecondFactor:
        """A secret for an authenticator app."""
        return await self.identity(people.NewSecondFactor, "POST", _FACTOR)

    async def confirm_second_factor(self, body: people.SecondFactorCodeBody) -> people.SecondFactorSetUp:
        """A first code of the app; the answer has the recovery codes."""
        return await self.identity(people.SecondFactorSetUp, "POST", f"{_FACTOR}/confirm", body=body)

    async def give_up_second_factor(self) -> None:
        """One that is not asked for yet."""
        await self.identity(object, "DELETE", _FACTOR)

    async def remove_second_factor(self, body: people.SecondFactorCodeBody) -> None:
        """One in force, for a code of it."""
        await self.identity(object, "POST", f"{_FACTOR}/remove", body=body)

    async def renew_recovery_codes(self, body: people.SecondFactorCodeBody) -> people.RecoveryCodes:
        """New ones, for a code of the factor."""
        return await self.identity(people.RecoveryCodes, "POST", f"{_FACTOR}/recovery-codes", body=body)

    async def stop_second_factor_reset(self) -> None:
        """It is not lost."""
        await self.identity(object, "DELETE", f"{_FACTOR}/reset")

    async def client_data(self) -> bytes:
        """Everything that firms keep of the caller, as JSON."""
        return await self.booking(bytes, "GET", "/me/client-data")

    async def client_cards(self) -> cards.OwnExports:
        """The same, to be read."""
        return await self.booking(cards.OwnExports, "GET", "/me/client-data")

    async def erase_client_data(self, body: cards.OwnEraseBody) -> cards.OwnErasures:
        """Be forgotten, at one firm or at all."""
        return await self.booking(cards.OwnErasures, "POST", "/me/client-data/erase", body=body)

    # Payments by link

    async def payment(self, payment_id: UUID) -> payments.PublicPrepayment:
        """What the holder of a payment link is asked to pay."""
        return await self.fiscal(payments.PublicPrepayment, "GET", f"/public/payments/{payment_id}")

    async def start_payment(self, payment_id: UUID, body: payments.Paying) -> payments.StartedPayment:
        """The way to the acquirer."""
        path = f"/public/payments/{payment_id}/checkout"
        return await self.fiscal(payments.StartedPayment, "POST", path, body=body)
