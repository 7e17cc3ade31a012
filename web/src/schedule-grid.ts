// Working hours as bars that are drawn, moved and stretched with mouse or finger; the fields of the form stay the truth.

const FIRST = 6 * 60;
const LAST = 24 * 60;
const STEP = 15;

interface Row {
  element: HTMLElement;
  since: HTMLInputElement;
  until: HTMLInputElement;
  manual: HTMLInputElement | null;
}

/** Minutes of the day of `9`, `9:30`, `930`; none for what is no time. */
export function minutes(typed: string): number | null {
  const text = typed.trim().replace(".", ":");
  const found = /^(\d{1,2})(?::(\d{1,2}))?$/.exec(text) ?? /^(\d{1,2})(\d{2})$/.exec(text);
  if (!found) return null;
  const total = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && total <= LAST ? total : null;
}

/** `09:30`. */
export function clock(total: number): string {
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}

function rowsOf(day: HTMLElement): Row[] {
  return [...day.querySelectorAll<HTMLElement>("[data-interval]")].flatMap((element) => {
    const [since, until] = element.querySelectorAll<HTMLInputElement>("input.time");
    if (!since || !until) return [];
    return [{ element, since, until, manual: element.querySelector<HTMLInputElement>("input[type=checkbox]") }];
  });
}

function changed(field: HTMLElement): void {
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Another row like the last one, empty, with names of its own. */
function addRow(day: HTMLElement): Row | null {
  const rows = rowsOf(day);
  const last = rows[rows.length - 1];
  if (!last) return null;
  const numbers = rows.map((row) => Number(/_(\d+)$/.exec(row.since.name)?.[1] ?? 0));
  const next = Math.max(...numbers) + 1;
  const copy = last.element.cloneNode(true) as HTMLElement;
  for (const field of copy.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) {
    field.name = field.name.replace(/_\d+$/, `_${next}`);
    if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  last.element.after(copy);
  const made = rowsOf(day);
  return made[made.length - 1] ?? null;
}

class Track {
  private readonly box = document.createElement("div");

  constructor(
    private readonly day: HTMLElement,
    private readonly words: DOMStringMap,
  ) {
    const around = document.createElement("div");
    around.className = "track-box";
    around.setAttribute("aria-hidden", "true"); // the fields beside it say and do the same
    this.box.className = "track";
    const scale = document.createElement("div");
    scale.className = "track-hours";
    for (const hour of [6, 9, 12, 15, 18, 21, 24]) {
      const mark = document.createElement("span");
      mark.textContent = String(hour);
      scale.append(mark);
    }
    around.append(this.box, scale);
    day.querySelector("legend")?.nextElementSibling?.before(around);
    this.box.addEventListener("pointerdown", (event) => this.grab(event));
    this.draw();
  }

  draw(): void {
    this.box.replaceChildren(
      ...rowsOf(this.day).flatMap((row, index) => {
        const since = minutes(row.since.value);
        const until = minutes(row.until.value);
        if (since === null || until === null || since >= until) return [];
        const bar = document.createElement("span");
        bar.className = row.manual?.checked ? "bar manual" : "bar";
        bar.dataset["row"] = String(index);
        bar.textContent = `${clock(since)}–${clock(until)}`;
        const from = Math.max(since, FIRST);
        bar.style.left = `${((from - FIRST) / (LAST - FIRST)) * 100}%`;
        bar.style.width = `${((Math.max(until, from) - from) / (LAST - FIRST)) * 100}%`;
        return [bar];
      }),
    );
  }

  private at(event: PointerEvent): number {
    const box = this.box.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return Math.round((FIRST + share * (LAST - FIRST)) / STEP) * STEP;
  }

  /** Edges stretch, the middle moves, empty ground begins a new interval. */
  private grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    const bar = (event.target as Element).closest<HTMLElement>(".bar");
    const start = this.at(event);
    const row = bar ? rowsOf(this.day)[Number(bar.dataset["row"])] : this.free();
    if (!row) return;
    event.preventDefault();
    const [since, until] = bar ? [minutes(row.since.value) ?? 0, minutes(row.until.value) ?? 0] : [start, start];
    const edges = bar?.getBoundingClientRect();
    const hold = !edges ? "end" : event.clientX - edges.left < 10 ? "start" : edges.right - event.clientX < 10 ? "end" : "all";
    const [low, high] = this.room(row, since, until);
    this.box.setPointerCapture(event.pointerId);

    const move = (now: PointerEvent) => {
      const at = this.at(now);
      let [from, to] = [since, until];
      if (hold === "all") {
        const by = Math.min(Math.max(at - start, low - since), high - until);
        [from, to] = [since + by, until + by];
      } else if (hold === "start") from = Math.min(Math.max(at, low), until - STEP);
      else [from, to] = at >= since ? [since, Math.min(at, high)] : [Math.max(at, low), since];
      if (from >= to) return;
      row.since.value = clock(from);
      row.until.value = clock(to);
      this.draw();
    };
    const done = () => {
      this.box.removeEventListener("pointermove", move);
      changed(row.until);
    };
    this.box.addEventListener("pointermove", move);
    this.box.addEventListener("pointerup", done, { once: true });
    this.box.addEventListener("pointercancel", done, { once: true });
  }

  /** The nearest other intervals bound this one. */
  private room(own: Row, since: number, until: number): [number, number] {
    let [low, high] = [0, LAST];
    for (const row of rowsOf(this.day)) {
      if (row.since === own.since) continue;
      const from = minutes(row.since.value);
      const to = minutes(row.until.value);
      if (from === null || to === null) continue;
      if (to <= since) low = Math.max(low, to);
      if (from >= until) high = Math.min(high, from);
    }
    return [low, high];
  }

  private free(): Row | null {
    return rowsOf(this.day).find((row) => !row.since.value && !row.until.value) ?? this.add();
  }

  private add(): Row | null {
    const made = addRow(this.day);
    if (made) tools(this.day, this.words);
    return made;
  }
}

/** A button that empties a row, and one that copies the day to the other working days. */
function tools(day: HTMLElement, words: DOMStringMap): void {
  for (const row of rowsOf(day)) {
    if (row.element.querySelector("[data-remove]")) continue;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "btn quiet desk";
    remove.dataset["remove"] = "";
    remove.textContent = "×";
    remove.setAttribute("aria-label", words["removeWords"] ?? "×");
    row.element.append(remove);
  }
}

function copyDay(from: HTMLElement, days: HTMLElement[]): void {
  const wanted = rowsOf(from);
  for (const day of days) {
    if (day === from || !rowsOf(day).some((row) => row.since.value)) continue;
    while (rowsOf(day).length < wanted.length) addRow(day);
    rowsOf(day).forEach((row, index) => {
      const model = wanted[index];
      row.since.value = model?.since.value ?? "";
      row.until.value = model?.until.value ?? "";
      if (row.manual) row.manual.checked = model?.manual?.checked ?? false;
    });
  }
  const first = wanted[0];
  if (first) changed(first.since);
}

/** A folded day says its hours beside its name. */
function say(day: HTMLElement, words: DOMStringMap): void {
  const said = day.closest("details")?.querySelector("[data-said]");
  const hours = rowsOf(day).flatMap(({ since, until }) => (since.value ? [`${since.value}–${until.value}`] : []));
  if (said) said.textContent = hours.join(", ") || (words["offWords"] ?? "");
}

function start(form: HTMLFormElement): void {
  const days = [...form.querySelectorAll<HTMLElement>("[data-day]")];
  const hours = days.filter((day) => day.dataset["day"] !== "break");
  const tracks = new Map(hours.map((day) => [day, new Track(day, form.dataset)]));
  for (const day of days) tools(day, form.dataset);
  for (const day of hours.length > 1 ? hours : []) {
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "btn quiet desk";
    copy.dataset["copyDay"] = "";
    copy.textContent = form.dataset["copyWords"] ?? "";
    const name = document.createElement("span");
    name.className = "sr";
    name.textContent = `: ${day.dataset["title"] ?? ""}`;
    copy.append(name);
    day.querySelector("[data-add]")?.after(copy);
  }
  form.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button");
    const day = button?.closest<HTMLElement>("[data-day]");
    if (!button || !day) return;
    if (button.hasAttribute("data-add")) {
      event.preventDefault();
      addRow(day)?.since.focus();
      tools(day, form.dataset);
    } else if (button.hasAttribute("data-copy-day")) copyDay(day, hours);
    else if (button.hasAttribute("data-remove")) {
      const row = rowsOf(day).find((one) => one.element.contains(button));
      if (!row) return;
      row.since.value = row.until.value = "";
      if (row.manual) row.manual.checked = false;
      changed(row.since);
      if (rowsOf(day).length > 1) row.element.remove();
      day.querySelector<HTMLInputElement>("input.time")?.focus();
    }
    for (const track of tracks.values()) track.draw();
    days.forEach((one) => say(one, form.dataset));
  });
  form.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    const typed = field.classList.contains("time") ? minutes(field.value) : null;
    if (typed !== null) field.value = clock(typed);
    for (const track of tracks.values()) track.draw();
    days.forEach((one) => say(one, form.dataset));
  });
}

const form = document.querySelector<HTMLFormElement>("form[data-schedule]");
if (form) start(form);
