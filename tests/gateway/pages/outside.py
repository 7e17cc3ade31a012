"""Web hooks, acquirers and own channels of the salon."""

from __future__ import annotations

from typing import Any

from contracts.http.channels import OwnChannels
from contracts.http.notifications import ProviderCheck, SmsBalance
from contracts.http.webhooks import Webhook, WebhookDeliveries, Webhooks, WebhookWithSecret

from .salon import moment, uid
from .stage import Stage
from .work import BASE

HOOK, DELIVERY = uid(970), uid(971)
ONE_HOOK = f"{BASE}/webhooks/{HOOK}"


def hook(**changes: Any) -> dict[str, Any]:
    made = {
        "id": HOOK,
        "url": "https://crm.example/hook",
        "description": "CRM",
        "event_types": ["booking.*"],
        "with_client_contacts": False,
        "state": "active",
        "created_at": moment(0, 9),
        "version": 1,
    }
    return {**made, **changes}


def delivery() -> dict[str, Any]:
    return {
        "id": DELIVERY,
        "message_id": "msg_1",
        "type": "booking.created",
        "state": "failed",
        "attempts": 3,
        "status": 500,
        "error": "HTTP 500",
        "duration_ms": 120,
        "created_at": moment(0, 9),
        "body": {"type": "booking.created", "note": "</pre><script>alert(1)</script>"},
    }


def check(**changes: Any) -> ProviderCheck:
    return ProviderCheck.model_validate({"ok": True, "balance": "120.50", "checked_at": moment(0, 9), **changes})


def running_out() -> SmsBalance:
    entry = {"id": uid(980), "kind": "settle", "amount": -240, "reserved": 0, "balance_after": 4760}
    return SmsBalance.model_validate(
        {
            "balance": {"amount": 4760},
            "available": {"amount": 4520},
            "reserved": {"amount": 240},
            "price_per_part": {"amount": 120},
            "ledger": [{**entry, "created_at": moment(0, 9)}],
            "forecast": {
                "planned_messages": 60,
                "planned_amount": {"amount": 7200},
                "is_enough": False,
                "runs_out_at": moment(2, 11),
            },
        }
    )


def open_to_the_outside(stage: Stage) -> None:
    """Everything the pages about integrations and the balance need works."""
    stage.on("notifications", "GET", f"{BASE}/sms-balance", running_out())
    stage.on("notifications", "POST", f"{BASE}/sms-providers/[a-z]+/check", check())
    listed = Webhooks.model_validate({"items": [hook()], "event_types": ["booking.created", "payment.settled"]})
    stage.on("notifications", "GET", f"{BASE}/webhooks", listed)
    stage.on("notifications", "POST", f"{BASE}/webhooks", WebhookWithSecret.model_validate(hook(secret="whsec_once")))
    stage.on("notifications", "GET", ONE_HOOK, Webhook.model_validate(hook()))
    stage.on("notifications", "PATCH", ONE_HOOK, Webhook.model_validate(hook(state="paused")))
    stage.on("notifications", "DELETE", ONE_HOOK, None)
    fresh = WebhookWithSecret.model_validate(hook(secret="whsec_fresh"))
    stage.on("notifications", "POST", f"{ONE_HOOK}/rotate-secret", fresh)
    stage.on("notifications", "POST", f"{ONE_HOOK}/test", delivery())
    stage.on(
        "notifications", "GET", f"{ONE_HOOK}/deliveries", WebhookDeliveries.model_validate({"items": [delivery()]})
    )
    stage.on("notifications", "POST", f"{ONE_HOOK}/deliveries/{DELIVERY}/resend", delivery())
    bound = {"telegram": {"is_offered": True, "bound_at": None}, "web_push_public_key": "k", "browsers": []}
    stage.on("notifications", "GET", "/me/notification-channels", OwnChannels.model_validate(bound))
    shop = {"provider": "liqpay", "merchant": "i123", "takes_tests": False, "set_at": moment(0, 9)}
    shown = {"items": [{**shop, "notice_url": "http://zapys.test/callbacks/payments/liqpay"}]}
    stage.on("fiscal", "GET", f"{BASE}/acquirers", shown)
    stage.on("fiscal", "PUT", f"{BASE}/acquirers/[a-z]+", shown["items"][0])
    stage.on("fiscal", "DELETE", f"{BASE}/acquirers/[a-z]+", None)
