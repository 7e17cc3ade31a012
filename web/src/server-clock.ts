// The server's clock: people's own clocks are often wrong by an hour, and what runs out runs out by the server's.

/** By how much the own clock is behind; `said` is the moment at which the page was written, by the server's clock. */
export function behindBy_ms(said: string | undefined): number {
  const written = Date.parse(said ?? "");
  const way = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  // Out of the browser's memory a page says a moment that is long over: then the own clock has to do.
  if (Number.isNaN(written) || !way || way.type === "back_forward") return 0;
  return written + (performance.now() - way.responseStart) - Date.now();
}
