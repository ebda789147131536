import { spawnSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test from "ava";
import type { ExecutionContext } from "ava";
import { Voxfuse, getModel, listModels, removeModel } from "../../host/index.ts";
import type { DownloadProgress, GetModelOptions } from "../../host/index.ts";
import { resolvePlace } from "../../host/model/hub/hub-options.ts";
import { locateModel } from "../../host/model/locate.ts";
import { temporaryFolder, throwsCode } from "../support/golden.ts";
import { COMMIT, FakeHub, NAME, WEIGHTS } from "../support/hub.ts";
import type { HubOptions, Trick } from "../support/hub.ts";

const PATIENCE = { attempts: 3, retryMs: 1 };
const STALL_MS = 150;
/** Longer than a test may take. */
const NEVER_MS = 2 ** 31 - 1;

interface Setting {
  readonly hub: FakeHub;
  readonly cache: string;
  readonly options: GetModelOptions;
  /** Of the cache, relative. */
  readonly files: () => string[];
}

async function setUp(t: ExecutionContext, hubOptions: HubOptions = {}): Promise<Setting> {
  const hub = await FakeHub.start(t, hubOptions);
  const cache = join(temporaryFolder(t), "hub");
  const { endpoint } = hub;
  return {
    hub,
    cache,
    options: { cache, endpoint, token: "", offline: false, patience: PATIENCE },
    files: () => readdirSync(cache, { recursive: true }).map(String),
  };
}

/** A trick on the weights alone, on the first `times` requests for them. */
function onWeights(times: number, trick: Trick): Trick {
  return (request, send) => {
    if (request.path === WEIGHTS && request.count < times) trick(request, send);
    else send.whole();
  };
}

/** What of a model a hub that stands still keeps back. */
interface Held {
  readonly files: number;
  readonly bytes: number;
}

/** Gets all but what is held, and then, with nothing but that under way, aborts. */
async function getAllBut(t: ExecutionContext, held: Held, options: GetModelOptions): Promise<void> {
  const controller = new AbortController();
  const reason = new Error("enough");
  let tell = (): void => undefined;
  const came = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const getting = getModel(NAME, {
    ...options,
    patience: { ...PATIENCE, stallMs: NEVER_MS }, // nothing but the abort ends it
    signal: controller.signal,
    onProgress: ({ filesDone, filesTotal, bytesDone, bytesTotal }) => {
      if (filesTotal - filesDone === held.files && bytesTotal - bytesDone === held.bytes) tell();
    },
  });
  await Promise.race([came, getting]);
  controller.abort(reason);
  await t.throwsAsync(getting, { is: reason });
}

/** The name of a large file's bytes in the cache. */
function blobName(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test.serial(
  "a model comes into the cache as the hub's own tools lay it out, and speaks",
  async (t) => {
    // Slow enough for several requests to be open together.
    const trick: Trick = (_, send) => void setTimeout(send.whole, 20);
    const { hub, cache, options, files } = await setUp(t, { trick });
    const told: DownloadProgress[] = [];
    const onProgress = (far: DownloadProgress): void => void told.push(far);
    const got = await getModel(NAME, { ...options, onProgress });
    const repository = join(cache, "models--Qwen--Qwen3-TTS-tiny");
    t.is(got.folder, join(repository, "snapshots", COMMIT));
    t.is(readFileSync(join(repository, "refs", "main"), "utf8"), COMMIT);
    for (const [path, bytes] of hub.files) {
      const isWanted = !path.startsWith(".");
      t.is(existsSync(join(got.folder, path)), isWanted, path);
      if (isWanted) t.deepEqual(readFileSync(join(got.folder, path)), bytes);
    }
    t.deepEqual(
      files().filter((name) => /incomplete|lock$|escape/.test(name)),
      [],
    );
    t.is(got.bytes, got.bytesDownloaded);
    const last = told.at(-1);
    t.is(last?.bytesDone, last?.bytesTotal);
    t.is(last?.filesDone, last?.filesTotal);
    t.true(told.every(({ bytesDone }, i) => bytesDone >= (told[i - 1]?.bytesDone ?? 0)));
    t.true(hub.atOnce > 1 && hub.atOnce <= 4, `${hub.atOnce} at once`);
    t.is(locateModel(NAME, { HF_HUB_CACHE: cache }), got.folder);
    await using engine = await Voxfuse.load({ model: got.folder, rows: 1 });
    t.is((await engine.speak("Hi.", { maxNewTokens: 3 })).codes.frames, 2);
  },
);

test.serial("what is there is not fetched again, and a file that went is", async (t) => {
  const { hub, cache, options } = await setUp(t);
  const got = await getModel(NAME, options);
  hub.asked.length = 0;
  t.is((await getModel(NAME, options)).bytesDownloaded, 0);
  t.deepEqual(hub.asked, []);
  const [blob] = readdirSync(join(cache, "models--Qwen--Qwen3-TTS-tiny", "blobs"));
  const path = join(cache, "models--Qwen--Qwen3-TTS-tiny", "blobs", blob ?? "");
  const bytes = readFileSync(path);
  writeFileSync(path, Buffer.alloc(bytes.length, 7)); // the same size: only a hash tells
  t.is((await getModel(NAME, options)).bytesDownloaded, 0);
  t.is((await getModel(NAME, { ...options, verify: true })).bytesDownloaded, bytes.length);
  t.deepEqual(readFileSync(path), bytes);
  t.is(hub.asked.length, 1);
  t.is((await getModel(`${NAME}@main`, { ...options, offline: true })).folder, got.folder);
});

test.serial("a file that is cut again and again goes on where it was cut", async (t) => {
  const cut = onWeights(6, (_, send) => {
    send.part(20_000, "cut");
  });
  const { hub, options } = await setUp(t, { trick: cut });
  const got = await getModel(NAME, options);
  t.deepEqual(readFileSync(join(got.folder, WEIGHTS)), hub.files.get(WEIGHTS));
  const starts = hub.asked.filter(([path]) => path === WEIGHTS).map(([, from]) => from);
  t.is(starts.length, 7);
  t.deepEqual(
    starts,
    starts.toSorted((a, b) => a - b),
  );
  t.true((starts.at(-1) ?? 0) > 0);
});

test.serial("a hub that stands still is left and asked again", async (t) => {
  const stall = onWeights(3, (_, send) => {
    send.part(10_000, "stall");
  });
  const { hub, options } = await setUp(t, { trick: stall });
  const weights = hub.files.get(WEIGHTS) ?? Buffer.alloc(0);
  await getAllBut(t, { files: 1, bytes: weights.length - 10_000 }, options);
  // On a busy machine what the hub does send may come too late as well, and is asked for again.
  const hurried = { ...options, patience: { attempts: 1000, retryMs: 1, stallMs: STALL_MS } };
  const { folder } = await getModel(NAME, hurried);
  t.true(weights.equals(readFileSync(join(folder, WEIGHTS))));
  const starts = hub.asked.filter(([path]) => path === WEIGHTS).map(([, from]) => from);
  t.true(starts.length >= 4, `asked ${starts.length} times`);
  t.deepEqual(
    starts,
    starts.toSorted((a, b) => a - b),
  );
});

test.serial("a hub that always stands still is given up, and the next call goes on", async (t) => {
  let isBroken = true;
  const trick: Trick = ({ path, from }, send) => {
    if (isBroken && path === WEIGHTS) send.part(50_000 - from, "stall");
    else send.whole();
  };
  const { hub, options, files } = await setUp(t, { trick });
  const bytes = (hub.files.get(WEIGHTS)?.length ?? 0) - 50_000;
  await getAllBut(t, { files: 1, bytes }, options); // so that nothing else can come too late
  hub.asked.length = 0;
  const hurried = { ...options, patience: { ...PATIENCE, stallMs: STALL_MS } };
  await throwsCode(t, () => getModel(NAME, hurried), "ERR_DOWNLOAD_FAILED", /nothing came for 150/);
  // On a busy machine one may be given up on its way to the hub.
  t.true(hub.asked.length <= PATIENCE.attempts, `asked ${hub.asked.length} times`);
  t.true(hub.asked.every(([path, from]) => path === WEIGHTS && from === 50_000));
  t.is(files().filter((name) => name.endsWith(".incomplete")).length, 1);
  t.false(files().some((name) => name.endsWith("refs/main")));
  t.deepEqual(
    (await listModels(options)).map(({ name, isWhole }) => [name, isWhole]),
    [
      ["aviary", true],
      [NAME, false],
    ],
  );
  isBroken = false;
  hub.asked.length = 0;
  await getModel(NAME, options);
  t.deepEqual(hub.asked, [[WEIGHTS, 50_000]]);
});

test.serial(
  "a hub that ignores ranges gets its file from the start, and is given up in the end",
  async (t) => {
    const deaf: Trick = ({ path }, send) => {
      if (path !== WEIGHTS) send.whole();
      else {
        send.response.writeHead(200, { "content-length": send.bytes.length });
        send.response.write(send.bytes.subarray(0, 30_000), () => {
          send.response.destroy();
        });
      }
    };
    const { hub, options } = await setUp(t, { trick: deaf });
    await throwsCode(t, () => getModel(NAME, options), "ERR_DOWNLOAD_FAILED");
    t.true(hub.asked.length < 20);
  },
);

const LIES: Readonly<Record<string, HubOptions>> = {
  "other contents of the same size": {
    trick: onWeights(9, (_, { bytes, response }) => {
      response.end(Buffer.alloc(bytes.length));
    }),
  },
  "more bytes than it lists": {
    trick: onWeights(9, (_, { bytes, response }) => {
      response.end(Buffer.concat([bytes, Buffer.from("more")]));
    }),
  },
  "another hash than it lists": {
    list: (entry) =>
      entry.lfs === undefined ? entry : { ...entry, lfs: { ...entry.lfs, oid: "ab".repeat(32) } },
  },
  "a smaller size than it lists for a small file": {
    list: (entry) => (entry.path === "vocab.json" ? { ...entry, size: entry.size - 1 } : entry),
  },
};

for (const [what, hubOptions] of Object.entries(LIES)) {
  test.serial(`a hub that sends ${what} is not believed`, async (t) => {
    const { options, files } = await setUp(t, hubOptions);
    await throwsCode(t, () => getModel(NAME, options), "ERR_DOWNLOAD_CORRUPT", /not what the hub/);
    t.false(files().some((name) => name.endsWith("refs/main")));
  });
}

test.serial("a part that is not the file's is dropped for the right one", async (t) => {
  const { hub, cache, options } = await setUp(t);
  const file = (await getModel(NAME, options)).folder;
  const bytes = readFileSync(join(file, WEIGHTS));
  await removeModel(NAME, { cache });
  const blobs = join(cache, "models--Qwen--Qwen3-TTS-tiny", "blobs");
  mkdirSync(blobs, { recursive: true });
  writeFileSync(join(blobs, `${blobName(bytes)}.incomplete`), Buffer.alloc(1000, 3));
  hub.asked.length = 0;
  t.deepEqual(readFileSync(join((await getModel(NAME, options)).folder, WEIGHTS)), bytes);
  t.deepEqual(
    hub.asked.filter(([path]) => path === WEIGHTS),
    [
      [WEIGHTS, 1000],
      [WEIGHTS, 0],
    ],
  );
});

const SENSELESS: Readonly<Record<string, HubOptions["list"]>> = {
  "a hash that is none": (entry) => ({
    ...entry,
    oid: "../../x",
    ...(entry.lfs && { lfs: { ...entry.lfs, oid: "/" } }),
  }),
  "a size below zero": (entry) => ({
    ...entry,
    size: -1,
    ...(entry.lfs && { lfs: { ...entry.lfs, size: -1 } }),
  }),
  "one name for all files": (entry) => ({ ...entry, path: "config.json" }),
};

for (const [what, list] of Object.entries(SENSELESS)) {
  test.serial(`a hub that lists ${what} makes no sense`, async (t) => {
    const { hub, options } = await setUp(t, list === undefined ? {} : { list });
    await throwsCode(t, () => getModel(NAME, options), "ERR_DOWNLOAD_FAILED", /makes no sense/);
    t.deepEqual(hub.asked, []);
  });
}

test.serial("a model larger than the disk is refused before anything is fetched", async (t) => {
  const list: HubOptions["list"] = (entry) =>
    entry.lfs === undefined ? entry : { ...entry, lfs: { ...entry.lfs, size: 1e15 } };
  const { hub, options } = await setUp(t, { list });
  await throwsCode(t, () => getModel(NAME, options), "ERR_CACHE_NOT_WRITABLE", /Make room/);
  t.deepEqual(hub.asked, []);
});

test.serial("a model that is not public needs the token", async (t) => {
  const { options } = await setUp(t, { token: "hf_secret" });
  await throwsCode(t, () => getModel(NAME, options), "ERR_DOWNLOAD_REFUSED", /HF_TOKEN/);
  const wrong = { ...options, token: "hf_wrong" };
  await throwsCode(t, () => getModel(NAME, wrong), "ERR_DOWNLOAD_REFUSED", /token may not/);
  t.true((await getModel(NAME, { ...options, token: "hf_secret" })).bytes > 0);
});

test.serial(
  "a hub that does not know the model, fails or is not there is a typed error",
  async (t) => {
    const { options } = await setUp(t, {
      trick: (_, { response }) => {
        response.writeHead(503).end();
      },
    });
    await throwsCode(t, () => getModel("no/body", options), "ERR_MODEL_NOT_FOUND");
    await throwsCode(t, () => getModel(`${NAME}@v9`, options), "ERR_MODEL_NOT_FOUND");
    await throwsCode(t, () => getModel(NAME, options), "ERR_DOWNLOAD_FAILED", /503/);
    const away = { ...options, endpoint: "http://127.0.0.1:9" };
    await throwsCode(t, () => getModel(NAME, away), "ERR_DOWNLOAD_FAILED", /could not be asked/);
    await throwsCode(
      t,
      () => getModel(NAME, { ...options, endpoint: "ftp://x" }),
      "ERR_INVALID_ARGUMENT",
    );
    for (const name of ["", "a", "../..", "a/../b", "a/b@.."]) {
      await throwsCode(t, () => getModel(name, options), "ERR_INVALID_ARGUMENT");
    }
  },
);

test.serial("a hub that does not answer is given up", async (t) => {
  const { options } = await setUp(t, { isMute: true });
  const hurried = { ...options, patience: { listMs: STALL_MS } };
  await throwsCode(t, () => getModel(NAME, hurried), "ERR_DOWNLOAD_FAILED", /within 150 ms/);
});

test.serial("offline nothing is asked, and what is missing is said", async (t) => {
  const { hub, options } = await setUp(t);
  const offline = { ...options, offline: true };
  await throwsCode(t, () => getModel(NAME, offline), "ERR_OFFLINE", /config\.json/);
  t.deepEqual(hub.asked, []);
  t.true(resolvePlace({}, { HF_HUB_OFFLINE: "1" }).isOffline);
});

test.serial("an abort ends a download at once, and what came is kept", async (t) => {
  const { hub, cache, options, files } = await setUp(t, {
    trick: ({ path }, send) => {
      if (path.endsWith(".safetensors")) send.part(40_000, "stall");
      else send.whole();
    },
  });
  const large = [...hub.files].filter(([path]) => path.endsWith(".safetensors"));
  const bytes = large.reduce((sum, [, { length }]) => sum + length - 40_000, 0);
  await getAllBut(t, { files: large.length, bytes }, options);
  const blob = (whole: Buffer) => join("models--Qwen--Qwen3-TTS-tiny", "blobs", blobName(whole));
  t.deepEqual(
    new Set(files().filter((name) => name.endsWith(".incomplete"))),
    new Set(large.map(([, whole]) => `${blob(whole)}.incomplete`)),
  );
  for (const [path, whole] of large) {
    const kept = readFileSync(join(cache, `${blob(whole)}.incomplete`));
    t.true(kept.equals(whole.subarray(0, 40_000)), path);
    t.false(existsSync(join(cache, blob(whole))), path);
  }
  t.deepEqual(
    files().filter((name) => /\.lock$|refs\/main$/.test(name)),
    [],
  );
});

test.serial("two that want the same model download it once", async (t) => {
  const { hub, options } = await setUp(t);
  const [a, b] = await Promise.all([getModel(NAME, options), getModel(NAME, options)]);
  t.is(a.folder, b.folder);
  t.is(Math.min(a.bytesDownloaded, b.bytesDownloaded), 0);
  t.is(new Set(hub.asked.map(([path]) => path)).size, hub.asked.length);
});

test.serial("the lock of a process that is gone counts for nothing", async (t) => {
  const { cache, options } = await setUp(t);
  const locks = join(cache, ".locks", "models--Qwen--Qwen3-TTS-tiny");
  mkdirSync(locks, { recursive: true });
  const { pid } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(join(locks, "voxfuse.lock"), String(pid));
  t.true((await getModel(NAME, options)).bytes > 0);
});

test.serial("a cache that cannot be written is a typed error", async (t) => {
  const { options } = await setUp(t);
  const cache = join(temporaryFolder(t), "file");
  writeFileSync(cache, "");
  await throwsCode(t, () => getModel(NAME, { ...options, cache }), "ERR_CACHE_NOT_WRITABLE");
});

test.serial("models are listed and removed", async (t) => {
  const { cache, options } = await setUp(t);
  const { bytes, folder } = await getModel(NAME, options);
  mkdirSync(join(cache, "models--other--network", "snapshots", COMMIT), { recursive: true });
  const [own, listed, ...rest] = await listModels({ cache });
  t.like(own, { name: "aviary", isWhole: true });
  t.deepEqual(listed, {
    name: NAME,
    commit: COMMIT,
    revisions: ["main"],
    folder,
    bytes,
    isWhole: true,
  });
  t.deepEqual(rest, []);
  t.true((await removeModel(NAME, { cache })) >= bytes);
  t.is((await listModels({ cache })).length, 1);
  await throwsCode(t, () => removeModel(NAME, { cache }), "ERR_MODEL_NOT_FOUND");
  await throwsCode(t, () => removeModel(`${NAME}@main`, { cache }), "ERR_INVALID_ARGUMENT");
});

test.serial("voxfuse models get, list and rm, as JSON and in words", async (t) => {
  const { hub, cache } = await setUp(t);
  const env = { ...process.env, HF_HUB_CACHE: cache, HF_ENDPOINT: hub.endpoint, HF_TOKEN: "" };
  const run = async (...args: string[]) => {
    const main = join("build", "js", "host", "cli", "main.js");
    const child = spawn(process.execPath, [main, "models", ...args], { env });
    const code = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, stdout, stderr };
  };
  const got = await run("get", NAME, "--json");
  t.is(got.code, 0, got.stderr);
  const { folder } = JSON.parse(got.stdout) as { folder: string }; // compared below
  t.is(folder, locateModel(NAME, { HF_HUB_CACHE: cache }));
  t.regex(
    (await run("list")).stdout,
    /aviary.*\nQwen\/Qwen3-TTS-tiny +0123456789ab main +0\.0\d+ GB\n$/,
  );
  t.regex((await run("get", NAME)).stdout, /0\.0000 GB of it downloaded/);
  t.is((await run("rm", NAME)).code, 0);
  t.is((await run("get", NAME, "--offline")).code, 3);
  t.is((await run("get", "nonsense")).code, 2);
  t.is((await run("fetch")).code, 2);
});
