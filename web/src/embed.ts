// The booking page of a firm on another site: `<div data-zapys="olga"></div><script async src="…/embed.js"></script>`.
// `data-lang`, `data-theme` (auto, light, dark), `data-colour` (six hex digits), `data-service` and `data-staff-member`
// go on to the page. A link inside the element is what people without JavaScript see.

const script = document.currentScript as HTMLScriptElement;
const home = new URL(script.src).origin;

function put(box: HTMLElement): void {
  const { zapys, lang, theme, colour, service, staffMember, title } = box.dataset;
  if (!zapys || box.querySelector("iframe")) return;
  const query = new URLSearchParams({ embed: "1" });
  const said = { lang, theme, colour: colour?.replace("#", ""), service, staff_member: staffMember };
  for (const [name, value] of Object.entries(said)) if (value) query.set(name, value);
  const frame = document.createElement("iframe");
  frame.src = `${home}/${encodeURIComponent(zapys)}?${query}`;
  frame.title = title ?? "Zapys";
  frame.style.cssText = "width:100%;border:0;min-height:480px;color-scheme:auto";
  box.replaceChildren(frame);
  window.addEventListener("message", (event) => {
    const told = event.data as { source?: string; type?: string; height?: number };
    if (event.origin !== home || event.source !== frame.contentWindow || told?.source !== "zapys") return;
    if (told.type === "zapys:height") frame.style.height = `${told.height}px`;
    if (told.type === "zapys:booked") box.dispatchEvent(new CustomEvent("zapys:booked", { bubbles: true, detail: told }));
  });
}

const all = () => document.querySelectorAll<HTMLElement>("[data-zapys]").forEach(put);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
else all();
