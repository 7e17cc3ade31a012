// What every page gains from JavaScript. Everything here is a nicety: pages work without it.

/** A second press of the same button while the first is under way does nothing. */
function sendOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (event.submitter?.hasAttribute("formtarget")) return; // this page stays, and so does the form
    if (form.classList.contains("is-sending")) {
      event.preventDefault();
      return;
    }
    form.classList.add("is-sending");
    form.setAttribute("aria-busy", "true");
  });
  const letGo = () => {
    for (const form of document.querySelectorAll("form.is-sending")) {
      form.classList.remove("is-sending");
      form.removeAttribute("aria-busy");
    }
  };
  // Coming back with the browser's button shows the page as it was left: let its forms be sent again.
  window.addEventListener("pageshow", letGo);
  // So does Escape, which stops a page on its way. What was sent may have arrived: its key keeps it from counting twice.
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") letGo();
  });
}

/**
 * A page that answers a sent form becomes an ordinary page of its address: going back to it or loading it anew asks
 * the server again, instead of the browser asking a person whether to send everything once more.
 */
function forgetWhatWasSent(): void {
  history.replaceState(history.state, "", location.href);
}

type Sent = [page: string, action: string | null, values: [string, string][]];

/**
 * What was typed outlives a code that has to be entered first: a form that was sent is remembered in this tab, and
 * filled in again when the sign-in pages lead back to it. Passwords and hidden fields are not kept.
 */
function keepThroughSignIn(): void {
  if (location.pathname.startsWith("/login")) return;
  const own = (form: HTMLFormElement) =>
    [...form.elements].filter(
      (one): one is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement =>
        "value" in one && !!one.getAttribute("name") && !["hidden", "password", "file", "submit"].includes((one as HTMLInputElement).type),
    );
  try {
    const kept = sessionStorage.getItem("sent");
    sessionStorage.removeItem("sent");
    const [page, action, values]: Sent = JSON.parse(kept ?? "[]");
    if (page === location.pathname && new URL(document.referrer).pathname.startsWith("/login")) {
      const form = [...document.forms].find((one) => one.method === "post" && one.getAttribute("action") === action);
      for (const field of form ? own(form) : []) {
        const found = values.filter(([name]) => name === field.name).map(([, value]) => value);
        if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) field.checked = found.includes(field.value);
        else if (found[0] !== undefined) field.value = found[0];
        for (let box = field.closest("details"); box; box = box.parentElement?.closest("details") ?? null) box.open = true;
      }
    }
  } catch {
    // Nothing was kept, or nothing may be.
  }
  document.addEventListener("submit", ({ target }) => {
    if (!(target instanceof HTMLFormElement) || target.method !== "post") return;
    const values = own(target)
      .filter((one) => !(one instanceof HTMLInputElement) || !/^(checkbox|radio)$/.test(one.type) || one.checked)
      .map((one): [string, string] => [one.name, one.value]);
    try {
      sessionStorage.setItem("sent", JSON.stringify([location.pathname, target.getAttribute("action"), values] satisfies Sent));
    } catch {
      // This browser keeps nothing.
    }
  });
}

/** Menus made of <details> close on Escape, on a click elsewhere and when focus leaves; focus returns on Escape. */
function closeMenus(): void {
  const open = () => document.querySelectorAll<HTMLDetailsElement>("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

/** A form marked data-auto sends itself when one of its lists changes; its button is only for those without this. */
function sendOnChange(): void {
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLSelectElement) && !(field instanceof HTMLInputElement)) return;
    if (field.form?.hasAttribute("data-auto")) field.form.requestSubmit();
  });
  for (const button of document.querySelectorAll<HTMLElement>("form[data-auto] [data-no-script]")) button.hidden = true;
}

/** The day that was chosen is in view where the strip scrolls, and so is the current tab. */
function showCurrent(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>(".days-box, .tabs, .side-nav")) {
    const current = box.querySelector<HTMLElement>("[aria-current]");
    if (!current) continue;
    const middle = current.offsetLeft - box.offsetLeft - (box.clientWidth - current.clientWidth) / 2;
    box.scrollLeft = Math.max(0, middle);
    const below = current.offsetTop - box.offsetTop - (box.clientHeight - current.clientHeight) / 2;
    if (box.scrollHeight > box.clientHeight) box.scrollTop = Math.max(0, below);
  }
}

/** Long pages are folded for phones; a wide screen has room for all of their parts. */
function unfoldWhereThereIsRoom(): void {
  if (!matchMedia("(min-width: 860px)").matches) return;
  for (const part of document.querySelectorAll<HTMLDetailsElement>("details[data-wide]")) part.open = true;
}

const dateFields = 'form:not(.row) input[type="date"]';

/** A date field says its day in the language of the page: a browser writes it in an order of its own. */
function sayDays(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLInputElement>(dateFields)) sayDay(field);
}

function sayDay(field: HTMLInputElement): void {
  const after = field.closest("label") ?? field;
  const beside = after.nextElementSibling;
  const said = beside instanceof HTMLOutputElement ? beside : document.createElement("output");
  if (said !== beside) {
    said.className = "day-said";
    after.after(said);
  }
  // An empty field shows the browser's own mask, in a language and an order of its own: our words stand instead.
  const none = said.dataset["none"] ?? "";
  said.textContent = inWords(field.value) || none;
  field.classList.toggle("no-day", !field.value && !!none);
}

/** `понеділок, 23 листопада`; with the year where it is not the running one. */
function inWords(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return "";
  const language = document.documentElement.lang;
  const form = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    timeZone: "UTC",
  });
  const parts = form.formatToParts(Date.UTC(year, month - 1, date));
  const part = (kind: string) => parts.find((one) => one.type === kind)?.value ?? "";
  const words = `${part("weekday")}, ${part("day")} ${part("month")}`;
  return year === new Date().getFullYear() ? words : `${words} ${year}`;
}

/** Copies the text of another element, and says so to eyes and to screen readers. */
function copyButtons(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-copy]");
    if (!button) return;
    void navigator.clipboard?.writeText(button.dataset["copy"] ?? "").then(() => {
      const said = button.querySelector<HTMLElement>("[data-copied]");
      if (said) said.hidden = false;
    });
  });
  for (const button of document.querySelectorAll<HTMLElement>("button[data-copy]")) {
    button.hidden = !navigator.clipboard;
  }
}

/** Buttons that put a word where the cursor stands in a text. */
function insertButtons(): void {
  for (const button of document.querySelectorAll<HTMLElement>("button[data-insert]")) button.hidden = false;
  for (const word of document.querySelectorAll<HTMLElement>("[data-no-insert]")) word.hidden = true;
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button[data-insert]");
    const field = button && document.getElementById(button.dataset["into"] ?? "");
    if (!button || !(field instanceof HTMLTextAreaElement)) return;
    field.setRangeText(button.dataset["insert"] ?? "", field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Buttons that print the page as it is. */
function printButtons(): void {
  for (const button of document.querySelectorAll<HTMLElement>("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

/** A part that could not be fetched is opened as a whole page: it says what is wrong and how to go on. */
function openWhatFailed(): void {
  const open = (event: Event) => {
    const detail = (event as CustomEvent<{ ctx?: { sourceElement?: Element } }>).detail;
    const link = detail.ctx?.sourceElement?.closest("a[href]");
    if (link instanceof HTMLAnchorElement) window.location.assign(link.href);
  };
  document.addEventListener("htmx:response:error", open);
  document.addEventListener("htmx:error", open);
}

sendOnce();
forgetWhatWasSent();
keepThroughSignIn();
openWhatFailed();
closeMenus();
sendOnChange();
copyButtons();
printButtons();
insertButtons();
unfoldWhereThereIsRoom();
showCurrent(document);
sayDays(document);
document.addEventListener("input", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.matches(dateFields)) sayDay(event.target);
});
document.addEventListener("htmx:after:swap", () => {
  showCurrent(document);
  sayDays(document);
});
