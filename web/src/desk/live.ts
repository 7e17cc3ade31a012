// Changes that others make: one stream of events, the tiles themselves are fetched anew so that rights are judged again.
import { get, isGone } from "./server";
import type { Setting, Tile } from "./shapes";

const gather_ms = 60;
const fewEnough = 6;
const pollAgain_ms = 20_000;
const failedAgain_ms = 4_000;
const openSoon_ms = 1_000;

interface Change {
  subject: string;
  version: number;
}

export interface Listener {
  /** The newest version of a booking that is known; 0 for an unknown one. */
  version(booking: string): number;
  /** Its tiles as they are at `version` or later. */
  replace(booking: string, tiles: Tile[], version: number): void;
  /** Whether everything could be read anew. */
  refresh(): Promise<boolean>;
}

export class Live {
  private readonly changed = new Map<string, number>();
  private source: EventSource | null = null;
  private listener: Listener | null = null;
  private isReading = false;
  private mustRefresh = false;
  private timer = 0;
  private due_ms = 0;
  private poll = 0;

  constructor(private readonly at: Setting) {
    window.addEventListener("pagehide", () => this.stop());
    // A page that comes back out of the browser's memory has heard nothing meanwhile.
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted || !this.listener) return;
      this.open();
      this.later(true);
    });
  }

  /** Opens the stream. What is read once this is done misses nothing: changes are gathered until `hear`. */
  async start(): Promise<void> {
    const source = this.open();
    await new Promise((done) => {
      window.setTimeout(done, openSoon_ms);
      for (const kind of ["open", "error"]) source.addEventListener(kind, done, { once: true });
    });
    this.isReading = true;
  }

  /** Tells the listener from now on, of what came in between too. */
  hear(listener: Listener): void {
    this.listener = listener;
    if (this.mustRefresh || this.changed.size) this.later(this.mustRefresh);
  }

  stop(): void {
    this.source?.close();
    this.source = null;
    window.clearTimeout(this.timer);
    window.clearInterval(this.poll);
    this.timer = this.poll = 0;
  }

  private open(): EventSource {
    this.stop();
    const source = (this.source = new EventSource(`${this.at.root}/stream`));
    // Opened late or again: what happened before it was open has to be read.
    source.addEventListener("open", () => {
      if (this.isReading) this.later(true);
    });
    source.addEventListener("change", (event) => {
      const { subject, version } = JSON.parse((event as MessageEvent<string>).data) as Change;
      if ((this.listener?.version(subject) ?? 0) >= version) return;
      this.changed.set(subject, Math.max(version, this.changed.get(subject) ?? 0));
      this.later();
    });
    source.addEventListener("refresh", () => this.later(true));
    // Refused or cut off for good: look by oneself from time to time instead.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED && source === this.source) {
        this.poll ||= window.setInterval(() => this.later(true), pollAgain_ms);
      }
    });
    return source;
  }

  private later(everything = false, wait_ms = gather_ms): void {
    this.mustRefresh ||= everything;
    if (!this.listener) return;
    // News does not wait for the second try of what failed before it.
    const due_ms = performance.now() + wait_ms;
    if (this.timer && this.due_ms <= due_ms) return;
    window.clearTimeout(this.timer);
    this.due_ms = due_ms;
    this.timer = window.setTimeout(() => void this.look(this.listener as Listener), wait_ms);
  }

  private async look(listener: Listener): Promise<void> {
    this.timer = 0;
    const bookings = [...this.changed];
    const isWhole = this.mustRefresh || bookings.length > fewEnough;
    this.changed.clear();
    this.mustRefresh = false;
    if (isWhole) {
      if (!(await listener.refresh())) this.later(true, failedAgain_ms);
      return;
    }
    await Promise.all(bookings.map(([booking, version]) => this.one(listener, booking, version)));
  }

  private async one(listener: Listener, booking: string, version: number): Promise<void> {
    try {
      const { tiles } = await get<{ tiles: Tile[] }>(`${this.at.root}/bookings/${booking}/tiles.json`);
      listener.replace(booking, tiles, version);
    } catch (error) {
      if (isGone(error)) return listener.replace(booking, [], version);
      // What could not be read is not gone: it stays as it was shown, and is read again.
      this.changed.set(booking, Math.max(version, this.changed.get(booking) ?? 0));
      this.later(false, failedAgain_ms);
    }
  }
}
