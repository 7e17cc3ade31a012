// Messages of the browser on this device. It asks for leave only when the person has pressed the button that turns them on.

const form = document.querySelector<HTMLFormElement>("form[data-push]");
const button = form?.querySelector<HTMLButtonElement>("[data-start]");

const show = (name: string, isShown: boolean) => {
  const text = form?.querySelector<HTMLElement>(`[data-${name}]`);
  if (text) text.hidden = !isShown;
};

/** The key of the server as a browser wants it: bytes. */
function bytes(key: string): Uint8Array<ArrayBuffer> {
  const plain = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

async function turnOn(form: HTMLFormElement): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") return show("denied", true);
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const given = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(form.dataset["push"] ?? ""),
  });
  const { endpoint, keys } = given.toJSON();
  for (const [name, value] of Object.entries({ endpoint, ...keys })) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value ?? "";
  }
  form.requestSubmit();
}

if (form && button && window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  show("unable", false);
  button.hidden = false;
  button.addEventListener("click", () => {
    show("denied", false);
    show("failed", false);
    button.disabled = true;
    void turnOn(form)
      .catch(() => show("failed", true))
      .finally(() => (button.disabled = false));
  });
}

export {};
