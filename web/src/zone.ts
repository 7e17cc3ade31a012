// Somebody in another time zone sees what an hour of the firm is on their own clock; nobody else sees anything.

for (const line of document.querySelectorAll<HTMLElement>("[data-zone]")) {
  const { zone, words, first } = line.dataset;
  const said = line.querySelector<HTMLElement>("[data-yours]");
  if (!zone || !words || !first || !said) continue;
  const moment = new Date(first);
  const clock = (timeZone?: string) =>
    new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(moment);
  try {
    const [here, yours] = [clock(zone), clock()];
    if (here === yours) continue;
    said.textContent = words.replace("{first}", here).replace("{yours}", yours);
    said.hidden = false;
  } catch {
    // A zone that this browser does not know.
  }
}
