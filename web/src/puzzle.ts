// Solves the puzzle that a form has to be sent with: unseen, in small portions, and at the latest when it is sent.

interface Challenge {
  algorithm: string;
  challenge: string;
  maxnumber: number;
  salt: string;
  signature: string;
}

const portionMs = 12;

const constants = new Uint32Array(64);
const start = new Uint32Array(8);

/** The first bits of the fractions of the roots of the first primes, as SHA-256 defines its constants. */
function fillConstants(): void {
  let found = 0;
  for (let candidate = 2; found < 64; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) isPrime = false;
    if (!isPrime) continue;
    if (found < 8) start[found] = Math.floor((Math.sqrt(candidate) % 1) * 2 ** 32);
    constants[found++] = Math.floor((Math.cbrt(candidate) % 1) * 2 ** 32);
  }
}

/** SHA-256 in plain words: the browser's own is only there over https, and answers too slowly one by one. */
function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const blocks = (bytes.length + 72) >> 6;
  const data = new DataView(new ArrayBuffer(blocks * 64));
  bytes.forEach((byte, place) => data.setUint8(place, byte));
  data.setUint8(bytes.length, 0x80);
  data.setUint32(blocks * 64 - 4, bytes.length * 8);
  const hash = start.slice();
  const w = new Uint32Array(64);
  const turn = (value: number, by: number) => (value >>> by) | (value << (32 - by));
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        w[i] = data.getUint32(block * 64 + i * 4);
        continue;
      }
      const a = w[i - 15]!;
      const b = w[i - 2]!;
      w[i] = w[i - 16]! + w[i - 7]! + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants[i]! + w[i]!) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, place) => (hash[place] = hash[place]! + value));
  }
  return [...hash].map((value) => value.toString(16).padStart(8, "0")).join("");
}

async function solve(address: string): Promise<string> {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const { algorithm, challenge, maxnumber, salt, signature } = (await answer.json()) as Challenge;
  let number = 0;
  while (number <= maxnumber) {
    const until = performance.now() + portionMs;
    for (; number <= maxnumber && performance.now() < until; number++) {
      if (sha256(salt + number) === challenge) return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    }
    await new Promise((resume) => setTimeout(resume));
  }
  throw new Error("no answer");
}

function guard(form: HTMLFormElement): void {
  const field = form.elements.namedItem("captcha") as HTMLInputElement;
  const said = form.querySelector<HTMLElement>("[data-solving]");
  const solving = solve(form.dataset["puzzle"] ?? "").then(
    (answer) => {
      field.value = answer;
    },
    () => form.removeAttribute("data-puzzle"), // the form goes without: the page says what else can be done
  );
  form.addEventListener("submit", (event) => {
    if (field.value || !form.hasAttribute("data-puzzle")) return;
    event.preventDefault();
    event.stopPropagation();
    if (said) said.hidden = false;
    void solving.then(() => {
      if (said) said.hidden = true;
      form.requestSubmit(event.submitter);
    });
  });
}

fillConstants();
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-puzzle]")) guard(form);
