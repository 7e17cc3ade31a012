// Builds the browser side into the gateway's package: file names carry a hash, manifest.json maps them.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import esbuild from "esbuild";
import { boardRows } from "./board-rows.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.resolve(here, "../services/gateway/src/gateway/static/dist");
const islands = [
  "base.ts",
  "login-code.ts",
  "hold.ts",
  "schedule-grid.ts",
  "puzzle.ts",
  "zone.ts",
  "framed.ts",
  "embed.ts",
  "staff-day.ts",
  "offline.ts",
  "go-on.ts",
  "push.ts",
];
// Built last: it names everything else, so that it can throw away what an earlier build left in a browser.
const worker = "sw.js";
// Code that an island asks for when it is needed.
const modules = ["desk/board.ts"];
const target = ["es2021", "chrome96", "firefox95", "safari15"];

async function stylesheet(name) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(here, "src", name)],
    bundle: true,
    minify: true,
    target,
    write: false,
    legalComments: "none",
  });
  return outputFiles[0].text;
}

async function rows() {
  const { code } = await esbuild.transform(boardRows(), { loader: "css", minify: true, target });
  return code;
}

async function script(name, format, define = {}) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(here, "src", name)],
    bundle: true,
    minify: true,
    format,
    define,
    target,
    write: false,
    legalComments: "none",
  });
  return outputFiles[0].text;
}

/** Files never change under their names, so the tightest packing is done once, here, and not at every request. */
function packed(content) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };
  return brotliCompressSync(content, { params });
}

/** Under a name with its hash, plain and packed. */
async function write(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const { name: stem, ext } = path.parse(name);
  const built = `${stem}.${hash}${ext}`;
  await writeFile(path.join(output, built), content);
  await writeFile(path.join(output, `${built}.br`), packed(content));
  return built;
}

async function build() {
  const files = new Map([
    ["app.css", (await stylesheet("app.css")) + (await rows())],
    ["calendar.css", await stylesheet("calendar.css")],
    ["client.css", await stylesheet("client.css")],
    ["htmx.js", await readFile(path.join(here, "node_modules/htmx.org/dist/htmx.min.js"), "utf8")],
  ]);
  for (const name of islands.filter((one) => one !== worker)) files.set(name.replace(/\.ts$/, ".js"), await script(name, "iife"));
  for (const name of modules) files.set(`${path.parse(name).name}.js`, await script(name, "esm"));

  await mkdir(output, { recursive: true });
  const manifest = {};
  for (const [name, content] of files) manifest[name] = await write(name, content);
  const kept = JSON.stringify(Object.values(manifest));
  manifest[worker] = await write(worker, await script(worker, "iife", { BUILT: kept }));
  // A running gateway reads the manifest at any moment: the new one appears at once, old files go after it.
  const fresh = path.join(output, "manifest.json.new");
  await writeFile(fresh, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(fresh, path.join(output, "manifest.json"));
  const names = Object.values(manifest);
  const wanted = new Set([...names, ...names.map((name) => `${name}.br`), "manifest.json"]);
  for (const name of await readdir(output)) if (!wanted.has(name)) await rm(path.join(output, name), { recursive: true });
  return manifest;
}

console.log(await build());
if (process.argv.includes("--watch")) {
  const { watch } = await import("node:fs/promises");
  for await (const _ of watch(path.join(here, "src"), { recursive: true })) console.log(await build());
}
