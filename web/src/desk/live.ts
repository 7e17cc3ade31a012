// Changes that others make: one stream of events, the tiles themselves are fetched anew so that rights are judged again.
import { get } from "./server";
import type { Setting, Tile } from "./shapes";

const gather_ms = 60;
const fewEnough = 6;
const pollAgain_ms = 20_000;

interface Change {
  subject: string;
  version: number;
}

export interface Listener {
  /** The newest version of a booking that is shown; 0 for one that is not. */
  version(booking: string): number;
  replace(booking: string, tiles: Tile[]): void;
  refresh(): Promise<void>;
}

export class Live {
  private readonly changed = new Set<string>();
  private timer = 0;

  constructor(
    private readonly at: Setting,
    private readonly listener: Listener,
  ) {}

  start(): void {
    const source = new EventSource(`${this.at.root}/stream`);
    source.addEventListener("change", (event) => {
      const { subject, version } = JSON.parse((event as MessageEvent<string>).data) as Change;
      if (this.listener.version(subject) >= version) return;
      this.changed.add(subject);
      this.timer ||= window.setTimeout(() => void this.look(), gather_ms);
    });
    source.addEventListener("refresh", () => void this.listener.refresh());
    // Refused or cut off for good: look by oneself from time to time instead.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) window.setInterval(() => void this.listener.refresh(), pollAgain_ms);
    });
    window.addEventListener("pagehide", () => source.close());
  }

  private async look(): Promise<void> {
    this.timer = 0;
    const bookings = [...this.changed];
    this.changed.clear();
    if (bookings.length > fewEnough) return this.listener.refresh();
    await Promise.all(
      bookings.map(async (booking) => {
        const { tiles } = await get<{ tiles: Tile[] }>(`${this.at.root}/bookings/${booking}/tiles.json`).catch(() => ({ tiles: [] }));
        this.listener.replace(booking, tiles);
      }),
    );
  }
}
