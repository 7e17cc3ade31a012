// What the type checker cannot see: old htmx idioms in the templates and addresses of registries in the lock.
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const templates = path.resolve(here, "../services/gateway/src/gateway/templates");
const lock = await readFile(path.join(here, "package-lock.json"), "utf8");
if (/https?:\/\//.test(lock)) {
  console.error("package-lock.json names a download address; run npm install with the .npmrc of this folder.");
  process.exit(1);
}
const checker = path.join(here, "node_modules/htmx.org/dist/scripts/upgrade-check.js");
execFileSync(process.execPath, [checker, templates], { stdio: "inherit" });
