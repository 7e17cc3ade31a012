// The desk: a calendar to drag in, a drawer beside it, changes of others as they happen. The page works without it.
import type { Board, Drop } from "./desk/board";
import { Drawer } from "./desk/drawer";
import { isOn, listen } from "./desk/keys";
import { Live } from "./desk/live";
import { get, post, Refused } from "./desk/server";
import { setting, words as readWords, type Moved, type Shown, type Tile } from "./desk/shapes";
import { Toasts, type Toast } from "./desk/toasts";

const undo_ms = 8000;
const worthAPress_ms = 1000;
const refusal_ms = 15_000;
const typing_ms = 150;
const wide = "(min-width: 860px)";

const at = setting();
const words = readWords();
const say = (key: string) => words[key] ?? "";
const toasts = new Toasts(say("close"));
let board: Board | null = null;

const drawer = new Drawer(at, words, changedInDrawer, (text) => toasts.show({ text, look: "bad" }));

function calendarAddress(): string {
  const query = new URLSearchParams({ from: at.day, to: at.until });
  if (at.location) query.set("location", at.location);
  return `${at.root}/calendar.json?${query}`;
}

let refreshes = 0;

/** Reads everything anew; whether that could be done. Of several at once the last one asked counts. */
async function refresh(): Promise<boolean> {
  const turn = ++refreshes;
  const mark = board?.mark ?? 0;
  const shown = await get<Shown>(calendarAddress()).catch(() => null);
  if (shown && turn === refreshes) board?.refresh(shown, mark);
  return shown !== null;
}

async function look(booking: string): Promise<void> {
  const found = await get<{ tiles: Tile[] }>(`${at.root}/bookings/${booking}/tiles.json`).catch(() => null);
  if (found) board?.replace(booking, found.tiles);
}

function changedInDrawer(address: string): void {
  const booking = /\/bookings\/([0-9a-f-]{36})/.exec(address)?.[1];
  if (booking) void look(booking);
  else void refresh();
}

function refusalOf(error: unknown): Toast {
  if (!(error instanceof Refused)) return { text: say("offline"), look: "bad" };
  const { problem, who } = error;
  const more = [
    ...who.map((one) => `${say("there_is")} ${one}`),
    ...(problem.reasons ?? []).map((reason) => reason.text),
    ...(who.length || problem.reasons?.length ? [] : [problem.detail === problem.title ? "" : (problem.detail ?? "")]),
    problem.fix?.text ?? "",
  ];
  return { text: problem.title || say("failed"), more, look: "bad", lasts_ms: refusal_ms };
}

function askForIt(error: unknown): Toast["buttons"] {
  if (!(error instanceof Refused) || error.status !== 403 || !error.problem.ask) return [];
  const ask = JSON.stringify(error.problem.ask);
  const send = () =>
    post<{ said: string }>(`${at.root}/ask.json`, at.csrf, { ask })
      .then((done) => toasts.show({ text: done.said, look: "good" }))
      .catch((failed: unknown) => toasts.show(refusalOf(failed)));
  return [{ words: say("ask"), press: () => void send() }];
}

/** Bookings with a move under way: their version is about to change. */
const moving = new Set<string>();

async function move(drop: Drop, override: boolean): Promise<void> {
  const { tile } = drop;
  if (moving.has(tile.booking)) return drop.revert();
  moving.add(tile.booking);
  const sent_at = Date.now();
  const values: Record<string, string> = { at: drop.at, zone: zone, version: String(tile.version), column: drop.column };
  if (drop.staff) values["staff_member_id"] = drop.staff;
  if (override) values["override"] = "on";
  try {
    const sent = post<Moved>(`${at.root}/bookings/${tile.booking}/drop`, at.csrf, values);
    const moved = await sent.finally(() => moving.delete(tile.booking));
    board?.replace(tile.booking, moved.tiles, false);
    const button = { words: say("undo"), press: () => void undo(tile.booking) };
    // Messages wait for as long as the move can be taken back, counted from the drop.
    const left_ms = undo_ms - (Date.now() - sent_at);
    const undoing = left_ms >= worthAPress_ms ? { lasts_ms: left_ms, buttons: [button] } : {};
    toasts.show({ text: moved.said, more: [moved.told], look: "good", ...undoing });
  } catch (error) {
    drop.revert();
    const isOverridable = error instanceof Refused && error.problem.overridable === true && !override;
    const anyway = isOverridable ? [{ words: say("anyway"), press: () => void move({ ...drop, revert: () => {} }, true) }] : [];
    toasts.show({ ...refusalOf(error), buttons: [...anyway, ...(askForIt(error) ?? [])] });
    await look(tile.booking);
  }
}

async function undo(booking: string): Promise<void> {
  try {
    const back = await post<Moved>(`${at.root}/bookings/${booking}/drop/undo`, at.csrf, {});
    board?.replace(booking, back.tiles);
    toasts.show({ text: back.said, look: "good" });
  } catch (error) {
    toasts.show(refusalOf(error));
  }
}

let zone = "";

/** Whether the grid is there now. */
async function mount(live: Live): Promise<boolean> {
  const box = document.getElementById("calendar") as HTMLElement;
  // Seven columns cannot be read on a phone: there the week stays a list of its days.
  const isWanted = at.view === "day" || (at.view !== "list" && matchMedia(wide).matches);
  if (!isWanted) return false;
  // The grid is much code that phones with the list never need: it comes only where it is shown.
  const grid = import(box.dataset["grid"] ?? "") as Promise<typeof import("./desk/board")>;
  // First listened, then read: what changes in between is heard.
  const read = live.start().then(() => get<Shown>(calendarAddress()).catch(() => null));
  const [shown, code] = await Promise.all([read, grid.catch(() => null)]);
  if (!shown?.columns.length || !code) return false; // the list that is there says what there is to say
  zone = shown.zone;
  box.hidden = false;
  document.getElementById("board")?.setAttribute("hidden", "");
  const doors = {
    open: (booking: string) => void drawer.open(`${at.root}/bookings/${booking}`),
    fresh: (column: string, wall: string) => void drawer.open(newAddress(column, wall)),
    drop: (drop: Drop) => void move(drop, false),
  };
  board = new code.Board(box, at, shown, doors, words);
  document.documentElement.dataset["calendar"] = "ready";
  return true;
}

function newAddress(column: string, wall: string): string {
  const query = new URLSearchParams({ day: wall.slice(0, 10), from: wall.slice(11), staff: column });
  if (at.location) query.set("location", at.location);
  return `${at.root}/new?${query}`;
}

/** Bookings and the new-booking button of the page itself open beside it. */
function openBeside(): void {
  document.getElementById("desk")?.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-drawer]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const url = new URL(link.href);
    void drawer.open(`${url.pathname}${url.search}`);
  });
}

function searchAsTyped(): void {
  const field = document.querySelector<HTMLInputElement>("#board-q");
  let timer = 0;
  const find = () => {
    const q = field?.value.trim() ?? "";
    if (q) void drawer.open(`${at.root}/search?${new URLSearchParams({ q })}`, { focus: false });
  };
  field?.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(find, typing_ms);
  });
  field?.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    window.clearTimeout(timer);
    find();
  });
}

openBeside();
searchAsTyped();
listen(() => {
  if (!drawer.isOpen) return false;
  drawer.close();
  return true;
});
document.documentElement.classList.toggle("keys-off", !isOn());
const live = new Live(at);
void mount(live).then((isThere) => {
  if (!isThere) return live.stop();
  live.hear({
    version: (booking) => board?.version(booking) ?? 0,
    replace: (booking, tiles, version) => board?.replace(booking, tiles, true, version),
    refresh,
  });
});
