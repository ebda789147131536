import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import test from "ava";
import type { ExecutionContext } from "ava";
import { parseWav } from "../../host/audio/read-wav.ts";
import { PROJECT, temporaryFolder } from "../support/golden.ts";
import { nativeProgram } from "../support/native.ts";
import { TINY } from "../support/engine.ts";

const BASE = "tests/golden/tiny-base";
const RECORDING = join(BASE, "expected", "reference-24k.wav");

const MAIN = join("build", "js", "host", "cli", "main.js");
const SPEAK = ["speak", "Hi.", "--model", TINY, "--seed", "7", "--max-new-tokens", "4"];

interface Ended {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function start(args: readonly string[], main = MAIN, env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } });
}

async function ended(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("its outputs are not pipes");
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin?.end();
  const [out, err] = await Promise.all([buffer(stdout), buffer(stderr)]);
  return { code: await code, stdout: out, stderr: err.toString("utf8") };
}

function voxfuse(...args: string[]): Promise<Ended> {
  return ended(start(args));
}

test("speak writes a WAV file and says in JSON what it wrote", async (t) => {
  const path = join(temporaryFolder(t), "a.wav");
  const { code, stdout, stderr } = await voxfuse(...SPEAK, "--output", path, "--json");
  t.is(code, 0, stderr);
  const { samples, sampleRateHz } = parseWav(readFileSync(path));
  const seconds = samples.length / sampleRateHz;
  t.true(seconds > 0);
  t.like(JSON.parse(stdout.toString("utf8")), { path, seed: 7, finishReason: "length", seconds });
});

test("the same seed writes the same file", async (t) => {
  const folder = temporaryFolder(t);
  const files = ["a.wav", "b.wav"].map((name) => join(folder, name));
  for (const file of files) t.is((await voxfuse(...SPEAK, "-o", file)).code, 0);
  const [a, b] = files.map((file) => readFileSync(file));
  t.deepEqual(a, b);
});

test("-o - streams the same sound to standard output, and nothing else", async (t) => {
  const path = join(temporaryFolder(t), "a.wav");
  await voxfuse(...SPEAK, "-o", path);
  const { code, stdout, stderr } = await voxfuse(...SPEAK, "-o", "-");
  t.is(code, 0, stderr);
  t.deepEqual(parseWav(stdout).samples, parseWav(readFileSync(path)).samples);
});

test("a voice is made of a recording, shown, and spoken with", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "anna.voxvoice");
  const transcript = "It's nineteen degrees.";
  const wanted = ["--model", BASE, "--transcript", transcript, "-o", path, "--json"];
  const created = await voxfuse("voice", "create", RECORDING, ...wanted);
  t.is(created.code, 0, created.stderr);
  const said: unknown = JSON.parse(created.stdout.toString("utf8"));
  t.like(said, { path, kind: "in-context", frames: 18, transcript, model: { name: "tiny-base" } });
  const shown = await voxfuse("voice", "show", path, "--json");
  t.deepEqual(JSON.parse(shown.stdout.toString("utf8")), said);
  const plain = await voxfuse("voice", "show", path);
  t.regex(plain.stdout.toString("utf8"), /recording +18 code frames/);
  const speak = ["speak", "Hi.", "--model", BASE, "--voice", path, "--max-new-tokens", "4"];
  const spoken = await voxfuse(...speak, "-o", join(folder, "a.wav"));
  t.is(spoken.code, 0, spoken.stderr);
  t.is(parseWav(readFileSync(join(folder, "a.wav"))).samples.length, 3 * 1920);
});

test("a reader that leaves ends speaking with a typed error", async (t) => {
  const child = start(["speak", "Hi.", "--model", TINY, "--max-new-tokens", "4000", "-o", "-"]);
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout?.once("data", () => child.stdout?.destroy());
  t.is(await new Promise((resolve) => child.once("close", resolve)), 1);
  t.regex(stderr, /takes no more audio.*ERR_OUTPUT_NOT_WRITABLE/);
});

/** Runs the command with standard output on a file, under limits of the shell's `ulimit`. */
async function limited(args: readonly string[], stdout: string, limit = ""): Promise<Ended> {
  const script = `${limit && `ulimit ${limit}; `}exec "$0" "$@" > ${stdout}`;
  return ended(spawn("sh", ["-c", script, process.execPath, MAIN, ...args]));
}

test("standard output on a full disk is said once, whatever was to be written", async (t) => {
  const commands = [
    ["voices", "--model", TINY],
    [...SPEAK, "-o", "-"],
  ];
  for (const command of commands) {
    const { code, stderr } = await limited(command, "/dev/full");
    t.is(code, 1);
    t.regex(stderr, /^voxfuse: .*ERR_OUTPUT_NOT_WRITABLE\]$/m);
    t.is(stderr.split("ERR_OUTPUT").length, 2, stderr);
  }
});

test("a system that gives no memory to share is a typed error", async (t) => {
  const { code, stderr } = await limited([...SPEAK, "-o", "/dev/null"], "/dev/null", "-f 8");
  t.is(code, 4, stderr);
  t.regex(stderr, /no shared memory.*ftruncate.*ERR_SIDECAR_GONE/);
});

test("on a stack of 1 MB the embedded voice speaks the same", async (t) => {
  const speak = ["speak", "Hello there.", "--seed", "7", "--max-new-tokens", "9", "-o"];
  const files = ["small.wav", "usual.wav"].map((name) => join(temporaryFolder(t), name));
  const [small = "", usual = ""] = files;
  const { code, stderr } = await limited([...speak, small], "/dev/null", "-s 1024");
  t.is(code, 0, stderr);
  await voxfuse(...speak, usual);
  t.deepEqual(readFileSync(small), readFileSync(usual));
});

test("- speaks standard input, in the layout that was asked for, before it ends", async (t) => {
  const folder = temporaryFolder(t);
  const asked = ["--model", TINY, "--seed", "7", "--max-new-tokens", "9"];
  const spoken: Buffer[] = [];
  for (const layout of ["streaming", "nonStreaming"]) {
    const layouts = ["--layout", layout];
    const path = join(folder, `${layout}.wav`);
    await voxfuse("speak", "Good morning.", ...asked, ...layouts, "-o", path);
    spoken.push(readFileSync(path));
    const child = start(["speak", "-", ...asked, ...layouts, "-o", `${path}.piped`, "--json"]);
    child.stdin?.write("Good mor");
    child.stdin?.write("ning.");
    const { code, stderr } = await ended(child);
    t.is(code, 0, stderr);
    t.deepEqual(readFileSync(`${path}.piped`), spoken.at(-1));
  }
  t.notDeepEqual(spoken[0], spoken[1]);
  const open = start(["speak", "-", ...asked, "-o", "-"]);
  open.stdin?.write("Good morning, and good evening."); // not closed before it is heard
  await new Promise((resolve) => open.stdout?.once("data", resolve));
  t.is((await ended(open)).code, 0);
});

test("voices, as JSON", async (t) => {
  const { code, stdout } = await voxfuse("voices", "--model", TINY, "--json");
  t.is(code, 0);
  const said = JSON.parse(stdout.toString("utf8")) as Record<string, string[]>; // compared below
  t.true((said["voices"]?.length ?? 0) > 0);
  t.is(said["languages"]?.[0], "auto");
});

test("doctor, as JSON, finds this machine well", async (t) => {
  const { code, stdout } = await voxfuse("doctor", "--json");
  const findings = JSON.parse(stdout.toString("utf8")) as { name: string; ok: boolean }[];
  t.deepEqual(
    findings.filter(({ ok }) => !ok),
    [],
  );
  t.deepEqual(
    findings.map(({ name }) => name),
    ["system", "node", "voice", "planner", "sidecar", "gpu"],
  );
  t.is(code, 0);
});

test("bench times frames around contexts alone, as JSON", async (t) => {
  const options = ["--backend", "cpu", "--runs", "0", "--contexts", "1024,128", "--json"];
  const { code, stdout, stderr } = await voxfuse("bench", "--model", TINY, ...options);
  t.is(code, 0, stderr);
  const { texts, contexts } = JSON.parse(stdout.toString("utf8")) as {
    readonly texts: readonly unknown[];
    readonly contexts: readonly { readonly context: number; readonly frameMs: number }[];
  }; // as the command's report has it
  t.deepEqual(texts, []);
  t.deepEqual(
    contexts.map(({ context }) => context),
    [128, 1024],
  );
  t.true(contexts.every(({ frameMs }) => frameMs > 0));
});

const EXITS: readonly (readonly [code: number, says: RegExp, ...args: string[]])[] = [
  [0, /^$/, "--version"],
  [0, /^$/, "speak", "--help"],
  [1, /ERR_OUTPUT_NOT_WRITABLE/, ...SPEAK, "-o", "/proc/no/such/a.wav"],
  [1, /ERR_OUTPUT_NOT_WRITABLE/, ...SPEAK, "-o", "/dev/full"],
  [2, /unknown command/, "shout"],
  [2, /unknown option/, "speak", "--loudly"],
  [2, /whole number/, ...SPEAK, "--seed", "x"],
  [2, /ERR_UNKNOWN_VOICE/, ...SPEAK, "--voice", "nobody"],
  [2, /ERR_UNKNOWN_LANGUAGE/, ...SPEAK, "--language", "klingon"],
  [2, /ERR_SAMPLING_RANGE/, ...SPEAK, "--temperature", "0"],
  [2, /ERR_INVALID_ARGUMENT/, ...SPEAK, "--backend", "abacus"],
  [2, /ERR_INVALID_ARGUMENT/, "speak", "--model", TINY, "--file", "/no/such/file"],
  [2, /ERR_INVALID_ARGUMENT/, "bench", "--model", TINY, "--contexts", "8"],
  [2, /ERR_TEXT_EMPTY/, "speak", "--model", TINY, "-"],
  [2, /ERR_VOICE_REQUIRED/, "speak", "Hi.", "--model", BASE],
  [2, /ERR_VOICE_INVALID/, "speak", "Hi.", "--model", BASE, "--voice", "no.voxvoice"],
  [2, /ERR_VOICE_INVALID/, "voice", "show", "package.json"],
  [2, /ERR_AUDIO_INVALID/, "voice", "create", "no.wav", "--model", BASE],
  [2, /ERR_CLONING_UNSUPPORTED/, "voice", "create", RECORDING, "--model", TINY],
  [3, /ERR_MODEL_NOT_FOUND/, "speak", "Hi.", "--model", "no-such-model"],
  [3, /ERR_MODEL_FILE_MISSING|ERR_MODEL_NOT_FOUND/, "voices", "--model", "tests/golden"],
  [4, /ERR_SIDECAR_MISSING/, ...SPEAK, "--sidecar", "unix:/no/such/socket"],
];

for (const [exitCode, says, ...args] of EXITS) {
  test(`voxfuse ${args.join(" ")} exits with ${exitCode}`, async (t) => {
    const { code, stderr } = await voxfuse(...args);
    t.is(code, exitCode, stderr);
    t.regex(stderr, says);
    if (says.source.startsWith("ERR_")) t.is(stderr.split("\n").length, 2, "one line");
  });
}

test("an interrupt ends speaking with 130 and keeps what was spoken as a WAV", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "a.wav");
  // With this seed it speaks for 1,116 frames: an interrupt must not find it done.
  const asked = ["--seed", "7", "--max-new-tokens", "4000", "--packet", "1"];
  const args = ["speak", "Hi.", "--model", TINY, ...asked];
  const child = start([...args, "-o", "-"]);
  child.stdout?.once("data", () => child.kill("SIGINT"));
  t.is((await ended(child)).code, 130);
  const second = start([...args, "-o", path]);
  const exit = ended(second);
  // Its temporary file is there, so something was spoken.
  while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  second.kill("SIGINT");
  const { code, stderr } = await exit;
  t.is(code, 130);
  t.regex(stderr, /interrupted; .*a\.wav has the \d+\.\d\d s/);
  t.deepEqual(readdirSync(folder), ["a.wav"]);
  const { samples } = parseWav(readFileSync(path));
  t.true(samples.length > 0 && samples.length % 1920 === 0 && samples.length < 3999 * 1920);
});

for (const waitMs of [0, 1000]) {
  test(`an interrupt ${waitMs} ms into waiting for a text leaves no file`, async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, "a.wav");
    const recording = `${path}.recording`;
    const child = start(["speak", "-", "--model", TINY, "-o", path, "--record", recording]);
    // Its sidecar records, so it is past the point from which it heeds signals.
    while (!existsSync(recording)) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    child.kill("SIGTERM");
    t.is(await new Promise((resolve) => child.once("close", resolve)), 130);
    t.false(existsSync(path));
  });
}

test("speech that ends before its text does not wait for the rest", async (t) => {
  const path = join(temporaryFolder(t), "a.wav");
  const child = start(["speak", "-", "--model", TINY, "--max-new-tokens", "3", "-o", path]);
  child.stdin?.write("Good morning, and good evening, and more to come");
  t.is(await new Promise((resolve) => child.once("close", resolve)), 0);
  t.is(parseWav(readFileSync(path)).samples.length, 2 * 1920);
});

/** Main of a package whose native folder holds `native`: a name, and what lies there by it. */
function packageWith(t: ExecutionContext, native: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(t);
  const bin = join(folder, "build", "native", "bin");
  mkdirSync(bin, { recursive: true });
  for (const part of ["host", "shared"]) {
    cpSync(join(PROJECT, "build/js", part), join(folder, "build/js", part), { recursive: true });
  }
  for (const linked of ["node_modules", "build/wasm", "tests"]) {
    symlinkSync(join(PROJECT, linked), join(folder, linked));
  }
  copyFileSync(join(PROJECT, "package.json"), join(folder, "package.json"));
  for (const [name, program] of Object.entries(native)) {
    symlinkSync(nativeProgram(program), join(bin, name));
  }
  return join(folder, MAIN);
}

const ADDON = { "voxfuse_addon.node": "voxfuse_addon.node" };
const OTHER_SIDECAR = { ...ADDON, "voxfuse-sidecar": "scripted_peer" };

test("without its native parts it exits with 4 and names what is missing", async (t) => {
  for (const [native, env, says] of [
    [{}, {}, /ERR_NATIVE_BUILD|ERR_SIDECAR_MISSING/],
    [ADDON, {}, /ERR_SIDECAR_MISSING/],
    [OTHER_SIDECAR, { PEER: "other-hash" }, /ERR_LAYOUT_MISMATCH/],
    [OTHER_SIDECAR, { PEER: "die-at-once" }, /ERR_SIDECAR_GONE/],
  ] as const) {
    const { code, stderr } = await ended(start(SPEAK, packageWith(t, native), env));
    t.is(code, 4, stderr);
    t.regex(stderr, says);
  }
});
