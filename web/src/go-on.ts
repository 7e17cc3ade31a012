// The way to an acquirer goes on by itself; without this it takes one more press.

const way = document.querySelector<HTMLElement>("[data-go-on]");
if (way instanceof HTMLFormElement) way.submit();
else if (way instanceof HTMLAnchorElement) window.location.replace(way.href);

export {};
