"""Settings of fiscal, read from `FISCAL_…`."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from fiscal.domain.card_payments import PaymentPace
from fiscal.domain.receipts import Pace
from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="FISCAL_")

    secrets_key_file: Path | None = None
    """32 bytes in base64: seals Checkbox credentials and tokens."""
    checkbox_url: str = "https://api.checkbox.ua"
    checkbox_timeout_s: float = 10.0
    lanes_at_once: int = 4
    """Registers that one worker serves side by side; each takes a database connection now and then."""
    look_up_after_s: tuple[float, ...] = Pace.look_ups_s
    send_again_pause_s: float = Pace.send_again_s
    receipt_gap_s: float = Pace.receipt_gap_s
    poll_pauses_s: tuple[float, ...] = Pace.polls_s
    poll_patience_s: float = Pace.patience_s
    lane_lease_s: float = Pace.lease_s
    shift_probe_s: float = Pace.probe_s
    credentials_probe_s: float = Pace.credentials_probe_s
    unavailable_pauses_s: tuple[float, ...] = Pace.unavailable_s

    liqpay_url: str = "https://www.liqpay.ua"
    monobank_url: str = "https://api.monobank.ua"
    wayforpay_url: str = "https://secure.wayforpay.com"
    wayforpay_api_url: str = "https://api.wayforpay.com"
    acquirer_timeout_s: float = 10.0
    platform_acquirers_file: Path | None = None
    """The platform's own shops, which top-ups are paid to: `{"liqpay": {"id", "secret"}, "monobank": {"secret"},
    "wayforpay": {"id", "secret", "domain"}}` in JSON; none: nothing can be topped up."""
    callbacks_url: str | None = None
    """Where providers reach the gateway; none: at `public_url`."""
    payment_check_pauses_s: tuple[float, ...] = PaymentPace.checks_s
    payment_grace_s: float = PaymentPace.grace_s

    @property
    def payment_pace(self) -> PaymentPace:
        """The times of the work with payments by card."""
        return PaymentPace(checks_s=self.payment_check_pauses_s, grace_s=self.payment_grace_s)

    @property
    def pace(self) -> Pace:
        """The times of the work with receipts."""
        return Pace(
            look_ups_s=self.look_up_after_s,
            send_again_s=self.send_again_pause_s,
            receipt_gap_s=self.receipt_gap_s,
            polls_s=self.poll_pauses_s,
            patience_s=self.poll_patience_s,
            lease_s=self.lane_lease_s,
            probe_s=self.shift_probe_s,
            credentials_probe_s=self.credentials_probe_s,
            unavailable_s=self.unavailable_pauses_s,
        )
