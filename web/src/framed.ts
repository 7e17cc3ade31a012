// Inside a frame on another site: tells that site how tall the page is, and when somebody has booked.

const tell = (message: Record<string, unknown>) => window.parent.postMessage({ source: "zapys", ...message }, "*");

if (window.parent !== window) {
  const height = () => tell({ type: "zapys:height", height: document.documentElement.offsetHeight });
  new ResizeObserver(height).observe(document.documentElement);
  height();
  const booked = document.querySelector<HTMLElement>("[data-booked]");
  if (booked) tell({ type: "zapys:booked", code: booked.dataset["booked"], starts_at: booked.dataset["startsAt"] });
}
