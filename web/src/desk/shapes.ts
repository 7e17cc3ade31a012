// What the calendar is made of, as the gateway sends it. Times are the wall clock of the place, without an offset.

export interface Column {
  id: string;
  name: string;
  is_working: boolean;
  count: number;
}

export interface Tile {
  booking: string;
  version: number;
  column: string;
  location: string;
  start: string;
  end: string;
  client: string;
  services: string;
  state: string;
  paid: string;
  /** Only what is unusual is sent. */
  booking_start?: string;
  people?: number;
  is_troubled?: boolean;
  is_movable?: boolean;
  note?: string;
}

export interface Shade {
  column: string;
  start: string;
  end: string;
  kind: "closed" | "away" | "manual";
}

export interface Shown {
  zone: string;
  offset: string;
  from_hour: number;
  to_hour: number;
  columns: Column[];
  tiles: Tile[];
  shades: Shade[];
}

export interface Moved {
  said: string;
  told: string;
  tiles: Tile[];
}

export interface Problem {
  code: string;
  title: string;
  detail?: string;
  fix?: { text: string; url?: string | null } | null;
  reasons?: { code: string; text: string }[];
  overridable?: boolean;
  rule?: { code: string; text: string };
  ask?: unknown;
  holders?: string[];
}

/** What the page says about itself, on the element with the id "desk". */
export interface Setting {
  account: string;
  root: string;
  day: string;
  until: string;
  view: string;
  staff: string;
  location: string;
  csrf: string;
  language: string;
}

export type Words = Record<string, string>;

export function setting(): Setting {
  const box = document.getElementById("desk") as HTMLElement;
  const of = (name: string) => box.dataset[name] ?? "";
  return {
    account: of("account"),
    root: `/desk/${of("account")}`,
    day: of("day"),
    until: of("until"),
    view: of("view"),
    staff: of("staff"),
    location: of("location"),
    csrf: of("csrf"),
    language: document.documentElement.lang,
  };
}

export function words(): Words {
  return JSON.parse(document.getElementById("l10n")?.textContent ?? "{}") as Words;
}

/** An element with text in it: nothing that people wrote is ever read as markup. */
export function element(tag: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
