// How long the chosen time is still kept: counts down, and at the end shows what to do instead of a frozen clock.

import { behindBy_ms } from "./server-clock";

function watch(box: HTMLElement): void {
  const until = Date.parse(box.dataset["holdUntil"] ?? "");
  const left = box.querySelector<HTMLElement>("[data-left]");
  const going = box.querySelector<HTMLElement>("[data-going]");
  const over = box.querySelector<HTMLElement>("[data-over]");
  if (Number.isNaN(until) || !left || !going || !over) return;
  const behind_ms = behindBy_ms(box.dataset["now"]);
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now() - behind_ms) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    going.hidden = seconds === 0;
    over.hidden = seconds > 0;
    if (seconds > 0) window.setTimeout(tick, 500);
  };
  tick();
}

for (const box of document.querySelectorAll<HTMLElement>("[data-hold-until]")) watch(box);

/** What was typed is there again after the time was lost and chosen anew; it is forgotten with the tab. */
function keepTyped(form: HTMLFormElement): void {
  const name = `typed:${form.dataset["keep"]}`;
  const fields = () =>
    [...form.elements].filter(
      (one): one is HTMLInputElement | HTMLTextAreaElement =>
        (one instanceof HTMLInputElement && one.type !== "hidden") || one instanceof HTMLTextAreaElement,
    );
  try {
    const kept = JSON.parse(sessionStorage.getItem(name) ?? "{}") as Record<string, string>;
    const keep = () =>
      sessionStorage.setItem(name, JSON.stringify(Object.fromEntries(fields().map((one) => [one.name, one.value]))));
    // On a slow line somebody may have typed before this script came.
    if (fields().some((field) => field.value !== field.defaultValue)) keep();
    for (const field of fields()) if (!field.value) field.value = kept[field.name] ?? "";
    form.addEventListener("input", keep);
  } catch {
    // This browser keeps nothing: the server keeps what was sent.
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-keep]")) keepTyped(form);

/** What was sent need not be kept. */
for (const box of document.querySelectorAll<HTMLElement>("[data-forget]")) {
  try {
    sessionStorage.removeItem(`typed:${box.dataset["forget"]}`);
  } catch {
    // Nothing was kept here.
  }
}
