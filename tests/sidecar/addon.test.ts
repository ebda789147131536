import test from "ava";
import { loadAddon } from "../../host/sidecar/addon.ts";
import type { SharedRegion } from "../../host/sidecar/addon.ts";
import { SMALL_REGION } from "./peers.ts";

const SLOTS = 16;
const SLOT_BYTES = 256 * 1024;

function openRegion(): SharedRegion {
  return new (loadAddon().SharedRegion)(SMALL_REGION);
}

/** A method, called with what its types forbid. */
function call(target: object, method: string, ...args: unknown[]): unknown {
  const found: unknown = Reflect.get(target, method);
  if (typeof found !== "function") throw new Error(`no method ${method}`);
  return Reflect.apply(found, target, args);
}

const BAD_SHAPES: readonly (readonly [what: string, shape: unknown, name: string])[] = [
  ["nothing", undefined, "TypeError"],
  ["null", null, "TypeError"],
  ["no fields", {}, "TypeError"],
  ["a text", { ...SMALL_REGION, rows: "2" }, "TypeError"],
  ["a fraction", { ...SMALL_REGION, rows: 1.5 }, "TypeError"],
  ["NaN", { ...SMALL_REGION, groups: NaN }, "TypeError"],
  ["infinity", { ...SMALL_REGION, groups: Infinity }, "TypeError"],
  ["no rows", { ...SMALL_REGION, rows: 0 }, "RangeError"],
  ["a negative", { ...SMALL_REGION, frameSamples: -1 }, "RangeError"],
  ["too many logits", { ...SMALL_REGION, logitsMax: 2 ** 20 + 1 }, "RangeError"],
  ["too much in all", { ...SMALL_REGION, rows: 1024, frameSamples: 65536 }, "RangeError"],
];

for (const [what, shape, name] of BAD_SHAPES) {
  test(`a region of a wrong shape (${what}) is refused`, (t) => {
    t.throws((): unknown => Reflect.construct(loadAddon().SharedRegion, [shape]), { name });
  });
}

const BAD_CALLS: readonly (readonly [method: string, args: readonly unknown[], name: string])[] = [
  ["submit", [], "TypeError"],
  ["submit", ["bytes"], "TypeError"],
  ["submit", [new Float32Array(4)], "TypeError"],
  ["submit", [new DataView(new ArrayBuffer(4))], "TypeError"],
  ["submit", [new Uint8Array(0)], "RangeError"],
  ["submit", [new Uint8Array(SLOT_BYTES + 1)], "RangeError"],
  ["output", [], "TypeError"],
  ["output", [-1], "RangeError"],
  ["output", [SMALL_REGION.rows], "RangeError"],
  ["output", [2 ** 32], "RangeError"],
  ["readCodes", [0, 0, 1], "RangeError"],
  ["readCodes", [0, 0, 65], "RangeError"],
  ["readCodes", [0, 2 ** 32 - 1, 1], "RangeError"],
  ["readPcm", [0, 0, 1], "RangeError"],
  ["readPcm", [0, 0, 1n], "TypeError"],
  ["readLogits", [0, SMALL_REGION.logitsMax + 1], "RangeError"],
  ["readLogits", [0, 1], "RangeError"],
  ["send", [-1, new Uint8Array(1)], "RangeError"],
  ["send", [1, new Uint8Array(0)], "RangeError"],
  ["send", [1, undefined], "TypeError"],
];

for (const [index, [method, args, name]] of BAD_CALLS.entries()) {
  test(`${method}() refuses wrong arguments (${index}) with a ${name}`, (t) => {
    const region = openRegion();
    t.teardown(() => {
      region.close();
    });
    t.throws(() => call(region, method, ...args), { name });
  });
}

test("a method on an object of another kind is an error, not a crash", (t) => {
  const region = openRegion();
  t.teardown(() => {
    region.close();
  });
  const submit: unknown = Reflect.get(region, "submit");
  if (typeof submit !== "function") throw new Error("no submit");
  for (const other of [{}, Object.create(region) as object, loadAddon(), undefined]) {
    t.throws((): unknown => Reflect.apply(submit, other, [new Uint8Array(4)]), { any: true });
  }
});

test("a fresh region shows zero counts and has nothing to take", (t) => {
  const region = openRegion();
  t.teardown(() => {
    region.close();
  });
  t.deepEqual(region.output(1), {
    generation: 0,
    codesCount: 0,
    pcmCount: 0,
    logitsCount: 0,
    done: 0,
    finishReason: 0,
  });
  t.deepEqual(region.takeCompletions(), []);
  t.true(region.armed());
});

test("submissions fill every slot and no more", (t) => {
  const region = openRegion();
  t.teardown(() => {
    region.close();
  });
  for (let i = 0; i < SLOTS; i += 1) t.true(region.submit(new Uint8Array(SLOT_BYTES)));
  t.false(region.submit(new Uint8Array(1)));
});

test("after close every method throws, and close itself does not", (t) => {
  const region = openRegion();
  region.close();
  region.close();
  for (const method of ["submit", "mustRing", "takeCompletions", "output", "armed"]) {
    t.throws(() => call(region, method, new Uint8Array(4)), { message: /is closed/ });
  }
});

test("an unconnected descriptor is a coded error", (t) => {
  const region = openRegion();
  t.teardown(() => {
    region.close();
  });
  t.throws(
    () => {
      region.send(1_000_000, new Uint8Array(4));
    },
    { code: "EBADF" },
  );
  t.throws(() => loadAddon().connectUnix("/nonexistent/socket"), { code: "ENOENT" });
  t.throws(() => loadAddon().connectUnix("x".repeat(108)), { name: "RangeError" });
  t.throws(() => loadAddon().connectUnix("\0hidden"), { name: "RangeError" });
});
