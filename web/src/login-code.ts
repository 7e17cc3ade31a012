// The field for the code from the SMS: sends itself at the last digit; "send again" counts down to when it may.

import { behindBy_ms } from "./server-clock";

const codeLength = 6;

function sendAtLastDigit(field: HTMLInputElement): void {
  const take = () => {
    const digits = field.value.replace(/\D/g, "").slice(0, codeLength);
    if (digits !== field.value) field.value = digits;
    if (digits.length === codeLength) field.form?.requestSubmit();
  };
  field.addEventListener("input", take);
  // Typed, or filled in by the phone, before this script was there; a code the server gave back was refused already.
  if (field.value !== field.defaultValue) take();
}

/** Fills the field from the SMS itself where the browser offers that. */
async function readFromSms(field: HTMLInputElement): Promise<void> {
  if (!("OTPCredential" in window)) return;
  const abort = new AbortController();
  field.form?.addEventListener("submit", () => abort.abort());
  const options = { otp: { transport: ["sms"] }, signal: abort.signal } as CredentialRequestOptions;
  try {
    const found = (await navigator.credentials.get(options)) as (Credential & { code?: string }) | null;
    if (!found?.code) return;
    field.value = found.code;
    field.dispatchEvent(new Event("input"));
  } catch {
    // Refused or aborted: the person types.
  }
}

function countDown(button: HTMLButtonElement): void {
  const at = Date.parse(button.dataset["resendAt"] ?? "");
  const left = button.querySelector<HTMLElement>("[data-left]");
  if (Number.isNaN(at) || !left) return;
  const behind_ms = behindBy_ms(button.dataset["now"]);
  const tick = () => {
    const seconds = Math.ceil((at - Date.now() - behind_ms) / 1000);
    button.disabled = seconds > 0;
    left.textContent = seconds > 0 ? ` ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "";
    if (seconds > 0) window.setTimeout(tick, 500);
  };
  tick();
}

for (const field of document.querySelectorAll<HTMLInputElement>("input[data-login-code]")) {
  sendAtLastDigit(field);
  void readFromSms(field);
}
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-resend-at]")) countDown(button);
