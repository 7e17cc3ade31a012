// How long the chosen time is still kept: counts down, and at the end shows what to do instead of a frozen clock.

function watch(box: HTMLElement): void {
  const until = Date.parse(box.dataset["holdUntil"] ?? "");
  const left = box.querySelector<HTMLElement>("[data-left]");
  const going = box.querySelector<HTMLElement>("[data-going]");
  const over = box.querySelector<HTMLElement>("[data-over]");
  if (Number.isNaN(until) || !left || !going || !over) return;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    going.hidden = seconds === 0;
    over.hidden = seconds > 0;
    if (seconds > 0) window.setTimeout(tick, 500);
  };
  tick();
}

for (const box of document.querySelectorAll<HTMLElement>("[data-hold-until]")) watch(box);
