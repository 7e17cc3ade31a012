// Short messages at the lower edge: said to screen readers, gone after a while, at most one with an undo.
import { element } from "./shapes";

export interface Toast {
  text: string;
  more?: string[];
  look?: "good" | "bad" | "";
  lasts_ms?: number;
  buttons?: { words: string; press: () => void }[];
}

const shortest_ms = 6000;

export class Toasts {
  private readonly box = element("div", "toasts");
  private timer = 0;

  constructor(private readonly close_words: string) {
    this.box.setAttribute("role", "status");
    this.box.setAttribute("aria-live", "polite");
    document.body.append(this.box);
  }

  show(toast: Toast): void {
    window.clearTimeout(this.timer);
    const shown = element("div", `toast ${toast.look ?? ""}`);
    const text = element("div", "grow");
    text.append(element("p", "strong", toast.text));
    for (const line of toast.more ?? []) if (line) text.append(element("p", "", line));
    shown.append(text);
    for (const { words, press } of toast.buttons ?? []) {
      const button = element("button", "btn desk", words);
      button.setAttribute("type", "button");
      button.addEventListener("click", () => {
        this.hide();
        press();
      });
      shown.append(button);
    }
    const close = element("button", "toast-close", "×");
    close.setAttribute("type", "button");
    close.setAttribute("aria-label", this.close_words);
    close.addEventListener("click", () => this.hide());
    shown.append(close);
    this.box.replaceChildren(shown);
    this.timer = window.setTimeout(() => this.hide(), toast.lasts_ms ?? shortest_ms);
  }

  hide(): void {
    window.clearTimeout(this.timer);
    this.box.replaceChildren();
  }
}
