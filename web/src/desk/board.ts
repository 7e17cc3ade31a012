// The grid itself: columns of people or of days, tiles, shaded time. Only this file knows the calendar component.
import { createCalendar, Interaction, ResourceTimeGrid, TimeGrid, type Calendar } from "@event-calendar/core";
import { element, type Setting, type Shown, type Tile, type Words } from "./shapes";

const oneLine_min = 30;
const twoLines_min = 45;
const colours = 10;
const flash_ms = 1600;

export interface Drop {
  tile: Tile;
  /** Where the whole booking is to begin, on the wall clock. */
  at: string;
  /** Whose column it was let go in, when that is somebody else. */
  staff: string | null;
  column: string;
  revert: () => void;
}

interface Doors {
  open: (booking: string) => void;
  fresh: (column: string, at: string) => void;
  drop: (drop: Drop) => void;
}

/** A date of the component as the wall clock text that it stands for. */
function text(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Minutes of a wall clock text, counted as if every day had 24 hours. */
function minutes(wall: string): number {
  return Date.parse(`${wall}:00Z`) / 60_000;
}

function shifted(wall: string, by: number): string {
  return new Date((minutes(wall) + by) * 60_000).toISOString().slice(0, 16);
}

const nameOf = (tile: Tile) => `${tile.booking}:${tile.column}`;

export class Board {
  private readonly tiles = new Map<string, Tile>();
  /** The newest version seen of each booking, of those that are gone too; and when it was last put here. */
  private readonly versions = new Map<string, number>();
  private readonly replaced = new Map<string, number>();
  private turn = 0;
  private readonly numbers: Map<string, number>;
  private readonly calendar: Calendar;
  private readonly isWeek: boolean;

  constructor(
    private readonly box: HTMLElement,
    private readonly at: Setting,
    shown: Shown,
    private readonly doors: Doors,
    private readonly words: Words,
  ) {
    this.isWeek = at.view === "week";
    this.numbers = new Map(shown.columns.map((column, number) => [column.id, number % colours]));
    for (const tile of shown.tiles) this.keep(tile);
    this.calendar = createCalendar(box, [Interaction, this.isWeek ? TimeGrid : ResourceTimeGrid], this.options(shown));
    this.tidy();
  }

  /** The newest version of a booking that is known; 0 for an unknown one. */
  version(booking: string): number {
    return this.versions.get(booking) ?? 0;
  }

  /** Stands for now, to be handed to `refresh` with what is asked for from now on. */
  get mark(): number {
    return this.turn;
  }

  /** The tiles of one booking as they are now; tiles that changed flash once. Answers that were overtaken do nothing. */
  replace(booking: string, tiles: Tile[], flash = true, version = 0): void {
    const read = tiles[0]?.version ?? version;
    if (read && read < this.version(booking)) return;
    this.versions.set(booking, Math.max(read, this.version(booking)));
    this.replaced.set(booking, ++this.turn);
    const wanted = new Map(tiles.filter((tile) => this.isHere(tile)).map((tile) => [nameOf(tile), tile]));
    for (const [name, tile] of this.tiles) {
      if (tile.booking !== booking || wanted.has(name)) continue;
      this.tiles.delete(name);
      this.calendar.removeEventById(name);
    }
    for (const [name, tile] of wanted) {
      const event = this.event(tile, flash);
      if (this.tiles.has(name)) this.calendar.updateEvent(event);
      else this.calendar.addEvent(event);
      this.tiles.set(name, tile);
    }
    if (flash) window.setTimeout(() => this.settle([...wanted.keys()]), flash_ms);
  }

  /** Everything anew: changes were missed. What was put here since the `mark` is newer than what was asked for then. */
  refresh(shown: Shown, mark: number): void {
    const isNewer = (booking: string) => (this.replaced.get(booking) ?? 0) > mark;
    for (const [name, tile] of this.tiles) if (!isNewer(tile.booking)) this.tiles.delete(name);
    for (const tile of shown.tiles) if (!isNewer(tile.booking)) this.keep(tile);
    this.calendar.setOption("events", this.events(shown));
  }

  private keep(tile: Tile): void {
    this.versions.set(tile.booking, Math.max(tile.version, this.version(tile.booking)));
    if (this.isHere(tile)) this.tiles.set(nameOf(tile), tile);
  }

  private settle(names: string[]): void {
    for (const name of names) {
      const tile = this.tiles.get(name);
      if (tile && this.calendar.getEventById(name)) this.calendar.updateEvent(this.event(tile, false));
    }
  }

  private options(shown: Shown): Calendar.Options {
    const hour = (value: number) => `${String(value).padStart(2, "0")}:00:00`;
    return {
      view: this.isWeek ? "timeGridWeek" : "resourceTimeGridDay",
      date: this.at.day,
      firstDay: 1,
      locale: this.at.language === "en" ? "en-GB" : this.at.language,
      timeZone: shown.offset,
      headerToolbar: { start: "", center: "", end: "" },
      allDaySlot: false,
      slotDuration: "00:15",
      slotHeight: 18,
      snapDuration: "00:05",
      slotMinTime: hour(shown.from_hour),
      slotMaxTime: hour(shown.to_hour),
      slotLabelInterval: "01:00",
      slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      slotEventOverlap: false,
      ...(this.isWeek ? {} : { columnWidth: "minmax(132px,1fr)" }),
      height: "100%",
      nowIndicator: true,
      eventLongPressDelay: 300,
      eventStartEditable: true,
      eventDurationEditable: false,
      dragScroll: true,
      pointer: true,
      resources: shown.columns.map((column) => ({ id: column.id, title: column.name, extendedProps: { column } })),
      events: this.events(shown),
      eventContent: (info) => this.content(info.event),
      resourceLabelContent: (info) => this.heading(info.resource),
      eventClick: (info) => {
        const tile = this.tiles.get(String(info.event.id));
        if (tile) this.doors.open(tile.booking);
      },
      dateClick: (info) => this.doors.fresh(info.resource?.id ?? this.at.staff, info.dateStr.slice(0, 16)),
      // Two people at once cannot move to one column by a gesture: the form asks who does what.
      dragConstraint: (info) => !info.newResource || this.tiles.get(String(info.event.id))?.people === undefined,
      eventDrop: (info) => this.dropped(info),
    };
  }

  private dropped(info: Calendar.EventDropInfo): void {
    const tile = this.tiles.get(String(info.event.id));
    if (!tile) return info.revert();
    const by = minutes(text(info.event.start)) - minutes(tile.start);
    const column = String(info.newResource?.id ?? tile.column);
    const staff = column === tile.column ? null : column;
    if (by === 0 && staff === null) return;
    this.doors.drop({ tile, at: shifted(tile.booking_start ?? tile.start, by), staff, column, revert: info.revert });
  }

  private isHere(tile: Tile): boolean {
    if (this.at.location && tile.location !== this.at.location) return false;
    if (this.isWeek && tile.column !== this.at.staff) return false;
    return tile.start.slice(0, 10) >= this.at.day && tile.start.slice(0, 10) <= this.at.until && this.numbers.has(tile.column);
  }

  private events(shown: Shown): Calendar.EventInput[] {
    const shades = shown.shades.filter((shade) => !this.isWeek || shade.column === this.at.staff);
    return [
      ...shades.map((shade) => ({
        start: shade.start,
        end: shade.end,
        resourceIds: [shade.column],
        display: "background" as const,
        classNames: ["shade", shade.kind],
      })),
      ...[...this.tiles.values()].map((tile) => this.event(tile, false)),
    ];
  }

  private event(tile: Tile, flash: boolean): Calendar.EventInput {
    const looks = ["tile", `c${this.numbers.get(tile.column) ?? 0}`, tile.state];
    if (tile.paid === "settled") looks.push("settled");
    if (flash) looks.push("changed");
    if (!tile.is_movable) looks.push("fixed");
    return {
      id: nameOf(tile),
      start: tile.start,
      end: tile.end,
      resourceIds: [tile.column],
      classNames: looks,
      editable: tile.is_movable === true,
      startEditable: tile.is_movable === true,
    };
  }

  private content(event: Calendar.Event): { domNodes: Node[] } | undefined {
    const tile = this.tiles.get(String(event.id));
    if (!tile) return undefined;
    const length = minutes(tile.end) - minutes(tile.start);
    const start = text(event.start).slice(11);
    const box = element("div", `tile-in ${length <= oneLine_min ? "one" : length <= twoLines_min ? "two" : "three"}`);
    box.setAttribute("aria-hidden", "true");
    const head = element("span", "t", length <= oneLine_min ? start : `${start}–${text(event.end).slice(11)}`);
    if (tile.is_troubled) head.prepend(element("b", "trouble", "!"));
    box.append(head, element("span", "who", tile.client));
    if (length > twoLines_min) box.append(element("span", "w", tile.services));
    if (tile.note) box.append(element("span", "w", tile.note));
    return { domNodes: [box, element("span", "sr", this.spoken(tile))] };
  }

  private spoken(tile: Tile): string {
    const clock = `${tile.start.slice(11)}–${tile.end.slice(11)}`;
    const words = [clock, tile.note, tile.client, tile.services, this.words[`state.${tile.state}`], this.words[`paid.${tile.paid}`]];
    return words.filter(Boolean).join(", ");
  }

  private heading(resource: Calendar.Resource): { domNodes: Node[] } {
    const column = resource.extendedProps["column"] as { id: string; name: string; count: number };
    const box = element("span", `column-head c${this.numbers.get(column.id) ?? 0}`);
    box.append(element("b", "", column.name));
    if (column.count) box.append(element("span", "muted", String(column.count)));
    return { domNodes: [box] };
  }

  /** The component calls itself a table without being one. */
  private tidy(): void {
    const untable = () => {
      for (const one of this.box.querySelectorAll("[role=table], [role=rowgroup], [role=row], [role=cell], [role=columnheader]")) {
        one.removeAttribute("role");
        for (const name of ["aria-colindex", "aria-colcount", "aria-colspan", "aria-rowindex"]) one.removeAttribute(name);
      }
      if (this.box.matches("[role=table]")) this.box.removeAttribute("role");
    };
    untable();
    new MutationObserver(untable).observe(this.box, { childList: true, subtree: true, attributes: true, attributeFilter: ["role"] });
  }
}
