// Asking the gateway. A refusal is an error with the service's own words; without a network nothing was done.
import type { Problem } from "./shapes";

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly who: string[],
  ) {
    super(problem.code);
  }
}

export class Away extends Error {}

const patience_ms = 30_000;

/** Whether the answer was that there is no such thing, or none that this person may see. */
export function isGone(error: unknown): boolean {
  return error instanceof Refused && [403, 404, 410].includes(error.status);
}

/** The session has ended, or a fresh code is needed: only a whole page can go on from there. */
function leaveFor(answer: Response): boolean {
  if (!answer.redirected || !new URL(answer.url).pathname.startsWith("/login")) return false;
  window.location.assign(answer.url);
  return true;
}

async function ask(address: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  const patience = new AbortController();
  // Nobody can say what became of something that was sent: only reading is given up.
  const timer = init.method === "POST" ? 0 : window.setTimeout(() => patience.abort(), patience_ms);
  try {
    answer = await fetch(address, { credentials: "same-origin", signal: patience.signal, ...init });
  } catch {
    throw new Away();
  } finally {
    window.clearTimeout(timer);
  }
  if (leaveFor(answer)) throw new Away();
  return answer;
}

async function read<T>(answer: Response): Promise<T> {
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  if (answer.ok && isJson) return (await answer.json()) as T;
  const told = isJson ? ((await answer.json()) as { problem?: Problem; who?: string[] } & Problem) : undefined;
  const problem = told?.problem ?? (told?.code ? told : { code: "request.failed", title: "" });
  throw new Refused(answer.status, problem, told?.who ?? []);
}

export async function get<T>(address: string): Promise<T> {
  return read<T>(await ask(address, { headers: { Accept: "application/json" } }));
}

export async function post<T>(address: string, csrf: string, values: Record<string, string>): Promise<T> {
  const body = new URLSearchParams({ csrf, idempotency_key: crypto.randomUUID(), ...values });
  return read<T>(await ask(address, { method: "POST", body, headers: { Accept: "application/json" } }));
}

/** A page's own part, with the address it ended at after redirects. */
export async function part(address: string, body?: URLSearchParams): Promise<{ page: Document; url: URL; status: number }> {
  const init: RequestInit = { headers: { "X-Part": "1" } };
  const answer = await ask(address, body ? { ...init, method: "POST", body } : init);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, url: new URL(answer.url), status: answer.status };
}
