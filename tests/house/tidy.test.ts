import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import test from "ava";

/** Who may name whom in an import or #include. A folder may always name itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  kernels: ["shared"],
  "cuda-sidecar": ["shared", "kernels"],
  assembly: ["shared"],
  host: ["shared"],
  tests: ["shared", "kernels", "cuda-sidecar", "host"],
};

/** The same inside host/. What two of the five inner folders need goes through synthesis/. */
const HOST_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  text: ["errors"],
  audio: ["errors"],
  model: ["errors"],
  planner: ["errors"],
  sidecar: ["errors"],
  synthesis: ["text", "audio", "model", "planner", "sidecar", "errors"],
  http: ["synthesis", "audio", "errors", "index.ts"],
  cli: ["http", "synthesis", "audio", "errors", "index.ts"],
  setup: [],
  addon: [],
};

const LINES_MAX = 600;
const COLUMNS_MAX = 100;
const FOLDERS = Object.keys(MAY_IMPORT);

const CODE = /\.(ts|js|cpp|hpp|cu|cuh)$/;
const TEXT = /\.(ts|js|json|cpp|hpp|cu|cuh|cmake|md|txt|sh|hex)$|^[^/]*$|^\.ci\//;
const GENERATED = /(^|\/)gen\//;
const DATA = /^(tests\/golden|tests\/bench\/configs|voices)\/|^(package-lock\.json|LICENSE)$/;

// One import, export-from or #include; its path is the only group. A path with a dollar sign is a
// generator's template, not an import of its own.
const NAMED_PATH = /(?:\bfrom|\bimport|\bimport\(|#include)\s*["<]([^">$\n]+)[">]/g;

// Put together from halves, so that this file passes its own test.
const UNFINISHED = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")})[:(\\s]`);
const MACHINE_PATH = new RegExp(["/work" + "/", "/ro" + "ot/", "/home" + "/\\w+/"].join("|"));
const REGISTRY = /https?:\/\/[^\s"']*(registry\.|artifactory|mirror|\.internal)/;

// Names that say when or how well instead of what.
const EMPTY_WORDS = new Set([
  "new",
  "v2",
  "fast",
  "optimized",
  "utils",
  "helpers",
  "misc",
  "manager",
]);

function projectFiles(): string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"],
    { encoding: "utf8" },
  );
  return listed.split("\n").filter((file) => file !== "" && existsSync(file) && !DATA.test(file));
}

/** The project path that `named` means when `file` names it, or undefined for a library. */
function resolveNamed(file: string, named: string): string | undefined {
  if (named.startsWith(".")) {
    const base = new URL(file, "file:///");
    return new URL(named, base).pathname.slice(1);
  }
  return FOLDERS.some((folder) => named.startsWith(`${folder}/`)) ? named : undefined;
}

/** Every project path that a source names. */
function namedPaths(file: string, text: string): string[] {
  return [...text.matchAll(NAMED_PATH)]
    .map(([, named = ""]) => resolveNamed(file, named))
    .filter((path) => path !== undefined);
}

/** What the direction rules say against `file` naming `path`; undefined when nothing. */
function wrongDirection(file: string, path: string): string | undefined {
  const [top = "", inner = ""] = file.split("/");
  const [namedTop = "", namedInner = ""] = path.split("/");
  const allowed = MAY_IMPORT[top] ?? [];
  if (namedTop !== top && FOLDERS.includes(namedTop) && !allowed.includes(namedTop)) {
    return `${top}/ may not name ${namedTop}/: ${path}`;
  }
  if (top !== "host" || namedTop !== "host" || namedInner === inner) return undefined;
  const allowedInner = HOST_MAY_IMPORT[inner];
  if (allowedInner === undefined || allowedInner.includes(namedInner)) return undefined;
  return `host/${inner} may not name host/${namedInner}: ${path}`;
}

/** Code points, the measure of the formatters for all that these sources hold. */
function columns(line: string): number {
  return Array.from(line).length;
}

/** What the size rules say against a source; generated files are exempt. */
function sizeFaults(lines: readonly string[]): string[] {
  const faults = lines.flatMap((line, index) =>
    columns(line) > COLUMNS_MAX ? [`line ${index + 1} has over ${COLUMNS_MAX} columns`] : [],
  );
  // The newline at the end makes one more, empty piece.
  if (lines.length - 1 > LINES_MAX) faults.push(`longer than ${LINES_MAX} lines: split it`);
  return faults;
}

/** What the rules for any text, code or not, say against it. */
function textFaults(text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const faults: string[] = [];
    if (UNFINISHED.test(line)) faults.push(`line ${index + 1} announces unfinished work`);
    if (MACHINE_PATH.test(line)) faults.push(`line ${index + 1} names a path of one machine`);
    if (REGISTRY.test(line)) faults.push(`line ${index + 1} names a registry host`);
    return faults;
  });
}

function nameFaults(file: string): string[] {
  return file
    .split(/[/._-]/)
    .filter((word) => EMPTY_WORDS.has(word))
    .map((word) => `its name says "${word}", which says nothing`);
}

/** A clock that someone may set: what waits by it would wait for years, or not at all. */
const WALL_CLOCK =
  /\bDate\b|timeOrigin|system_clock|high_resolution_clock|gettimeofday|CLOCK_REALTIME|\btime\(/;

function faultsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const faults = textFaults(text);
  if (!CODE.test(file) || GENERATED.test(file)) return faults;
  faults.push(...nameFaults(file), ...sizeFaults(text.split("\n")));
  if (!file.startsWith("tests/") && WALL_CLOCK.test(text)) faults.push("reads a clock that jumps");
  for (const path of namedPaths(file, text)) {
    const fault = wrongDirection(file, path);
    if (fault !== undefined) faults.push(fault);
  }
  if (file.startsWith("assembly/") && /^\s*@\w+/m.test(text.replace(/\/\*[^]*?\*\//g, ""))) {
    faults.push("has a decorator: asc -O3 inlines without being told");
  }
  return faults;
}

for (const file of projectFiles().filter((name) => TEXT.test(name))) {
  test(`${file} is tidy`, (t) => {
    t.deepEqual(faultsOf(file), []);
  });
}

test("the lock file names no registry host", (t) => {
  const lock = readFileSync("package-lock.json", "utf8");
  t.notRegex(lock, /"resolved": "https?:/);
});

test("the command starts with the line that makes it a program", (t) => {
  t.true(readFileSync("host/cli/main.ts", "utf8").startsWith("#!/usr/bin/env node\n"));
});

test("the generated files are what the protocol says", (t) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["shared/generate.js", "--check"],
    { encoding: "utf8" },
  );
  t.is(status, 0, stdout + stderr);
});

test("every op of the protocol has a kernel folder, and every folder an op", (t) => {
  // Read as data of a known form: the generator has already refused any other.
  const protocol = JSON.parse(readFileSync("shared/protocol.json", "utf8")) as {
    ops: { name: string }[];
  };
  const folders = readdirSync("kernels", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "support")
    .map((entry) => entry.name);
  t.deepEqual(folders.toSorted(), protocol.ops.map((op) => op.name).toSorted());
});

test("the direction rules refuse what they should", (t) => {
  t.truthy(wrongDirection("kernels/mul/mul.hpp", "cuda-sidecar/src/executor.hpp"));
  t.truthy(wrongDirection("host/text/bpe.ts", "host/audio/wav.ts"));
  t.truthy(wrongDirection("host/synthesis/parts.ts", "host/cli/main.ts"));
  t.is(wrongDirection("host/cli/speak.ts", "host/synthesis/synthesize.ts"), undefined);
  t.is(wrongDirection("cuda-sidecar/src/executor.cpp", "kernels/mul/mul.hpp"), undefined);
});

test("clocks that jump are known by their names", (t) => {
  for (const name of ["Date.now()", "std::chrono::system_clock", "time(nullptr)"]) {
    t.regex(name, WALL_CLOCK);
  }
  t.notRegex("performance.now() steady_clock downtime() Updated", WALL_CLOCK);
});
