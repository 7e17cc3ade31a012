// Pages of one booking beside the calendar. It is not modal: the calendar stays usable. Links and forms in it stay in it.
import { Away, part } from "./server";
import { element, type Setting, type Words } from "./shapes";

const wideEnough = "(min-width: 600px)";

export class Drawer {
  private readonly box = document.getElementById("drawer") as HTMLElement;
  private readonly inside = element("div", "drawer-in");
  private opener: Element | null = null;
  private wanted = 0;

  constructor(
    private readonly at: Setting,
    private readonly words: Words,
    private readonly did: (address: string) => void,
    private readonly trouble: (text: string) => void,
  ) {
    const close = element("button", "drawer-close", "×");
    close.setAttribute("type", "button");
    close.setAttribute("aria-label", words["close"] ?? "");
    close.addEventListener("click", () => this.close());
    this.box.append(close, this.inside);
    this.box.addEventListener("click", (event) => this.onClick(event));
    this.box.addEventListener("submit", (event) => this.onSubmit(event));
    const open = new URLSearchParams(window.location.search).get("open");
    if (open?.startsWith(`${at.root}/`)) void this.open(open);
  }

  get isOpen(): boolean {
    return !this.box.hidden;
  }

  /** Shows a page of the desk; focus goes into it unless somebody is still typing elsewhere. */
  async open(address: string, { focus = true, body }: { focus?: boolean; body?: URLSearchParams } = {}): Promise<void> {
    const turn = ++this.wanted;
    if (focus && !this.box.contains(document.activeElement)) this.opener = document.activeElement;
    this.box.hidden = false;
    document.documentElement.classList.add("has-drawer");
    this.box.setAttribute("aria-busy", "true");
    try {
      const { page, url } = await part(address, body);
      if (body) this.did(new URL(address, window.location.origin).pathname); // done, whatever is wanted by now
      if (turn !== this.wanted) return;
      if (this.isBoard(url)) return this.close();
      this.fill(page, url, focus);
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      if (body || turn === this.wanted) this.trouble(this.words["offline"] ?? "");
      if (turn !== this.wanted) return;
      for (const form of this.box.querySelectorAll("form.is-sending")) {
        form.classList.remove("is-sending");
        form.removeAttribute("aria-busy");
      }
      if (!this.inside.childElementCount) this.close();
    } finally {
      if (turn === this.wanted) this.box.removeAttribute("aria-busy");
    }
  }

  close(): void {
    this.wanted += 1;
    this.box.hidden = true;
    this.box.removeAttribute("aria-busy");
    this.inside.replaceChildren();
    document.documentElement.classList.remove("has-drawer");
    this.remember(null);
    const back = this.opener;
    this.opener = null;
    if (back instanceof HTMLElement && back.isConnected) back.focus();
  }

  private fill(page: Document, url: URL, focus: boolean): void {
    const main = page.querySelector("main");
    const content = [...(main?.childNodes ?? [])].map((node) => document.importNode(node, true));
    this.inside.replaceChildren(...content);
    this.box.setAttribute("aria-label", page.title);
    for (const button of this.inside.querySelectorAll<HTMLElement>("form[data-auto] [data-no-script]")) button.hidden = true;
    this.remember(`${url.pathname}${url.search}`);
    const panel = url.hash ? this.inside.querySelector(`#${CSS.escape(url.hash.slice(1))}`) : null;
    if (panel) panel.scrollIntoView({ block: "start" });
    else this.box.scrollTop = 0;
    if (!focus) return;
    const aim = this.inside.querySelector<HTMLElement>("#errors, [autofocus], h1");
    if (aim && !aim.matches("input, select, textarea")) aim.tabIndex = -1;
    aim?.focus({ preventScroll: panel !== null });
  }

  private onClick(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const url = new URL(link.href);
    if (link.target || link.hasAttribute("download") || link.hasAttribute("data-whole")) return;
    if (this.isBoard(url)) {
      event.preventDefault();
      this.close();
    } else if (this.isOurs(url)) {
      event.preventDefault();
      event.stopPropagation();
      void this.open(`${url.pathname}${url.search}${url.hash}`);
    }
  }

  private onSubmit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    const url = new URL(form.getAttribute("action") || "", window.location.href);
    if (!this.isOurs(url) || form.hasAttribute("data-whole")) return;
    event.preventDefault();
    if (form.classList.contains("is-sending")) return;
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") typed.append(name, value);
    const pressed = event.submitter as HTMLButtonElement | null;
    if (pressed?.name) typed.append(pressed.name, pressed.value);
    if (form.method === "post") {
      void this.open(`${url.pathname}${url.search}`, { body: typed });
    } else {
      void this.open(`${url.pathname}?${typed}`, { focus: !form.contains(document.activeElement) });
    }
  }

  private isOurs(url: URL): boolean {
    return url.origin === window.location.origin && url.pathname.startsWith(`${this.at.root}/`);
  }

  private isBoard(url: URL): boolean {
    return url.origin === window.location.origin && url.pathname === this.at.root;
  }

  /** The address of the page says what is open, so that it survives a reload and can be sent. */
  private remember(open: string | null): void {
    const url = new URL(window.location.href);
    if (open && matchMedia(wideEnough).matches) url.searchParams.set("open", open);
    else url.searchParams.delete("open");
    window.history.replaceState(null, "", url);
  }
}
