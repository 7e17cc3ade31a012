// Single keys, for those who want them: they can be switched off, and never act while somebody types.
const remembered = "desk-keys";

export function isOn(): boolean {
  return window.localStorage.getItem(remembered) !== "off";
}

function press(selector: string): boolean {
  const target = document.querySelector<HTMLElement>(selector);
  target?.click();
  return target !== null;
}

function aim(selector: string): boolean {
  const field = document.querySelector<HTMLInputElement>(selector);
  field?.focus();
  field?.select?.();
  return field !== null;
}

/** Every act answers whether it found what it is about. */
const acts: Record<string, () => boolean> = {
  "/": () => aim("#board-q"),
  n: () => press("[data-key='n']"),
  t: () => press("[data-key='t']"),
  ArrowLeft: () => press("[data-key='left']"),
  ArrowRight: () => press("[data-key='right']"),
  d: () => press("[data-key='d']"),
  w: () => press("[data-key='w']"),
  g: () => aim("#board-day"),
};

/** Keys say the same in Cyrillic: the letter on the same place of the keyboard counts. */
const places: Record<string, string> = { KeyN: "n", KeyT: "t", KeyD: "d", KeyW: "w", KeyG: "g", Slash: "/" };

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
}

export function listen(escape: () => boolean): void {
  const list = document.getElementById("keys") as HTMLDialogElement | null;
  const box = document.getElementById("keys-on") as HTMLInputElement | null;
  const show = () => list?.showModal();
  document.getElementById("keys-show")?.addEventListener("click", show);
  if (box) {
    box.checked = isOn();
    box.addEventListener("change", () => window.localStorage.setItem(remembered, box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || list?.open) return;
    if (event.key === "Escape") {
      if (escape()) event.preventDefault();
      return;
    }
    if (!isOn() || isTyping(event.target)) return;
    if (event.key === "?") {
      show();
      event.preventDefault();
      return;
    }
    const act = acts[event.key] ?? (event.shiftKey ? undefined : acts[places[event.code] ?? ""]);
    if (act?.()) event.preventDefault();
  });
}
