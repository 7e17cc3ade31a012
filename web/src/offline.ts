// Without a network: says so and how old the page is, switches writing off, and loses nothing that was typed.

const bar = document.querySelector<HTMLElement>("[data-offline]");
const copyAt = document.documentElement.dataset["copyAt"];

function show(isAway: boolean): void {
  if (!bar) return;
  bar.hidden = !isAway;
  const at = copyAt ? new Date(copyAt) : null;
  const age = bar.querySelector<HTMLElement>("[data-age]");
  const clock = age?.querySelector("time");
  if (age && clock && at) {
    age.hidden = false;
    clock.dateTime = at.toISOString();
    clock.textContent = at.toLocaleTimeString("uk-UA", { hour: "2-digit", minute: "2-digit" });
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("form[method=post] button")) {
    if (isAway && !button.disabled) {
      button.disabled = true;
      button.dataset["off"] = "";
    } else if (!isAway && "off" in button.dataset) {
      button.disabled = false;
      delete button.dataset["off"];
    }
  }
}

/** Keeps what is typed in this tab until the server has answered; a page that comes back from a failure has it again. */
function keepTyped(): void {
  const name = `typed:${location.pathname}`;
  const fields = [
    ...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
      "main form[method=post] textarea, main form[method=post] input[type=text], main form[method=post] input[type=search]",
    ),
  ].filter((field) => field.autocomplete !== "one-time-code" && field.autocomplete !== "off");
  const place = (field: HTMLElement, number: number) => `${field.id || number}`;
  try {
    const how = (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type;
    const before = JSON.parse(sessionStorage.getItem(name) ?? "{}") as Record<string, string>;
    if (how === "reload" || how === "back_forward") {
      fields.forEach((field, number) => {
        const typed = before[place(field, number)];
        if (typed !== undefined && field.value === field.defaultValue) field.value = typed;
      });
    } else sessionStorage.removeItem(name);
    document.addEventListener("input", () => {
      const typed = fields
        .map((field, number) => [place(field, number), field] as const)
        .filter(([, field]) => field.value !== field.defaultValue)
        .map(([key, field]) => [key, field.value]);
      sessionStorage.setItem(name, JSON.stringify(Object.fromEntries(typed)));
    });
  } catch {
    // This browser keeps nothing: the server keeps what was sent.
  }
}

keepTyped();
show(Boolean(copyAt) || !navigator.onLine);
window.addEventListener("offline", () => show(true));
window.addEventListener("online", () => (copyAt ? location.reload() : show(false)));
if (bar && "serviceWorker" in navigator && window.isSecureContext) {
  void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}

export {};
