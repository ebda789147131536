import test from "ava";
import { Planner } from "../../host/planner/planner.ts";
import { OUTPUT_FRAMES, ProgramKind } from "../../shared/gen/protocol.ts";
import { GROUPS, assertNothingIsLeft, drain, expected } from "../support/scheduling.ts";
import { firstCodes, quiet, request, setUp } from "../support/scheduling.ts";

test("a request alone speaks all its frames, each once, and leaves nothing", async (t) => {
  const bench = setUp();
  const feed = bench.pump.add(request(3, 61));
  const { frames, packets } = await drain(feed);
  t.is(frames, 61);
  t.is(packets[0], 1);
  t.deepEqual(firstCodes(feed), expected(3, 61));
  await assertNothingIsLeft(t, bench);
});

test("twenty seconds of speech need at most an eighth of a round trip a frame", async (t) => {
  const { pump, planner, sidecar } = setUp({}, { framesOf: () => 250 });
  planner.warm(); // as every engine does when it loads
  await pump.settled();
  await quiet();
  sidecar.depthMax = 0;
  const feed = pump.add(request(1, 400));
  t.is((await drain(feed)).frames, 250);
  // 251 steps: the first two submissions wait for nothing, each later one for a completion.
  const decodes = sidecar.runs.filter(({ kind }) => kind === ProgramKind.Decode);
  const repeats = decodes.map(({ repeat }) => repeat);
  t.deepEqual(repeats.slice(0, 5), [8, 8, 8, 16, 16]);
  t.true(repeats.slice(3).every((repeat) => repeat === 16));
  t.true(feed.roundTrips >= repeats.length - 2);
  t.true(feed.roundTrips / 250 <= 1 / 8, `${feed.roundTrips} round trips`);
  t.true(sidecar.depthMax <= 3);
});

test("requests that overlap share runs and speak as if alone", async (t) => {
  const bench = setUp({ rows: 4 });
  const lengths = [50, 40, 37, 64, 1, 23];
  const feeds = lengths.map((frames, seed) => bench.pump.add(request(seed, frames)));
  const ends = await Promise.all(feeds.map(drain));
  t.deepEqual(
    ends.map(({ frames }) => frames),
    lengths,
  );
  feeds.forEach((feed, seed) => {
    t.deepEqual(firstCodes(feed), expected(seed, lengths[seed] ?? 0));
  });
  const decodes = bench.sidecar.runs.filter(({ kind }) => kind === ProgramKind.Decode);
  t.true(decodes.some(({ rows }) => rows.length === 4));
  await assertNothingIsLeft(t, bench);
});

test("a consumer that stops stops its own row at the ring's end and no other", async (t) => {
  const { pump } = setUp({ rows: 2 });
  const slow = pump.add(request(1, 300));
  const quick = pump.add(request(2, 300));
  t.is((await drain(quick)).frames, 300);
  t.true(slow.codesCount <= OUTPUT_FRAMES);
  t.true(slow.codesCount > OUTPUT_FRAMES / 2);
  t.is((await drain(slow)).frames, 300);
  t.deepEqual(firstCodes(slow), expected(1, 300));
});

test("without free pages the newest request is parked and speaks the same later", async (t) => {
  // Two requests of five pages each, of which eight are there.
  const bench = setUp({ rows: 2, kvPages: 8 });
  const feeds = [1, 2].map((seed) => bench.pump.add(request(seed, 290)));
  const ends = await Promise.all(feeds.map(drain));
  t.deepEqual(
    ends.map(({ frames }) => frames),
    [290, 290],
  );
  feeds.forEach((feed, index) => {
    t.deepEqual(firstCodes(feed), expected(index + 1, 290));
  });
  t.true(bench.sidecar.admits > 2);
  t.true(bench.sidecar.runs.some(({ kind }) => kind === ProgramKind.Forced));
  await assertNothingIsLeft(t, bench);
});

test("a request that would not fit the pages even alone is refused", (t) => {
  const { pump } = setUp({ kvPages: 2 });
  t.throws(() => pump.add(request(1, 200)), { code: "ERR_KV_MEMORY" });
});

test("a full queue refuses, and takes requests again when there is room", async (t) => {
  const bench = setUp({ rows: 1, queueLimit: 2 });
  const feeds = [1, 2, 3].map((seed) => bench.pump.add(request(seed, 4)));
  t.throws(() => bench.pump.add(request(4, 4)), { code: "ERR_QUEUE_FULL" });
  await Promise.all(feeds.map(drain));
  t.is((await drain(bench.pump.add(request(5, 4)))).frames, 4);
});

test("higher priority goes first, equals in order of arrival", async (t) => {
  const { pump } = setUp({ rows: 1 });
  const order: number[] = [];
  const add = async (seed: number, priority: number) => {
    await drain(pump.add(request(seed, 3, { priority })));
    order.push(seed);
  };
  await Promise.all([add(1, 0), add(2, 0), add(3, 5)]);
  t.deepEqual(order, [3, 1, 2]);
});

test("a released request frees its row before the next frame boundary's completion", async (t) => {
  const bench = setUp({ rows: 1 });
  const feed = bench.pump.add(request(1, 500));
  await feed.take();
  bench.pump.release(feed);
  t.is((await drain(bench.pump.add(request(2, 9)))).frames, 9);
  await assertNothingIsLeft(t, bench);
});

test("given codes become PCM without a talker, also more than the ring holds", async (t) => {
  const bench = setUp();
  const codes = Uint32Array.from({ length: 150 * GROUPS }, (_, index) => index % 50);
  const none = { promptRows: new Int32Array(0), maxNewTokens: 1, vocodeFrames: 150 };
  const { frames } = await drain(bench.pump.add(request(0, 0, none), { codes }));
  t.is(frames, 150);
  t.true(bench.sidecar.runs.every(({ kind }) => kind === ProgramKind.Vocode));
  await assertNothingIsLeft(t, bench);
});

test("prompt chunks are the largest that are filled, then the smallest that covers", async (t) => {
  const { pump, sidecar } = setUp();
  await drain(pump.add(request(1, 2, { promptRows: new Int32Array(2 * (256 + 64 + 16 + 5)) })));
  const chunks = sidecar.runs.filter(({ kind }) => kind === ProgramKind.Prefill);
  t.deepEqual(
    chunks.map(({ tokens }) => tokens),
    [256, 64, 16, 16],
  );
});

test("in bf16, where a chunk costs what it reads, the last rows are padded to one", async (t) => {
  const bf16 = { dtype: "bf16", vocoderDtype: "bf16", weights: "stored" } as const;
  for (const [rows, expectedChunks] of [
    [16, [16]],
    [38, [64]],
    [64 + 20, [64, 64]],
    [129, [256]],
    [256 + 16, [256, 16]],
  ] as const) {
    const { pump, sidecar } = setUp({}, {}, new Planner(), bf16);
    await drain(pump.add(request(1, 2, { promptRows: new Int32Array(2 * rows) })));
    const chunks = sidecar.runs.filter(({ kind }) => kind === ProgramKind.Prefill);
    t.deepEqual(
      chunks.map(({ tokens }) => tokens),
      [...expectedChunks],
    );
  }
});

test("an idle engine has a request's first packets in its first submission", async (t) => {
  const { pump, planner, sidecar } = setUp({}, { isManual: true });
  planner.warm();
  await pump.settled();
  while (sidecar.runOne()) await pump.settled();
  const rows = 256 + 64 + 20;
  const feed = pump.add(request(1, 40, { promptRows: new Int32Array(2 * rows) }));
  await pump.settled();
  t.true(sidecar.runOne());
  await pump.settled();
  t.deepEqual(
    sidecar.runs.map(({ kind, tokens, repeat, waitFrames }) => [kind, tokens, repeat, waitFrames]),
    [
      [ProgramKind.Prefill, 256, 1, 0],
      [ProgramKind.Prefill, 64, 1, 0],
      [ProgramKind.Prefill, 16, 1, 0],
      [ProgramKind.Prefill, 16, 1, 0],
      [ProgramKind.Decode, 1, 8, 0],
      [ProgramKind.Vocode, 1, 1, 1],
      [ProgramKind.Vocode, 2, 1, 3],
      [ProgramKind.Vocode, 4, 1, 7],
    ],
  );
  t.is((await feed.take())?.frames, 7);
  t.is(feed.roundTrips, 0);
});

test("codes alone are never vocoded, and as many as with audio", async (t) => {
  const bench = setUp({ rows: 2 });
  const silent = bench.pump.add(request(3, 150, { codesOnly: true }));
  const { frames } = await drain(silent);
  t.is(frames, 150);
  t.is(silent.pcmCount, 0);
  t.true(bench.sidecar.runs.every(({ kind }) => kind !== ProgramKind.Vocode));
  t.deepEqual(firstCodes(silent), expected(3, 150));
  const feeds = [1, 2].map((seed) => bench.pump.add(request(seed, 90, { codesOnly: seed === 1 })));
  const ends = await Promise.all(feeds.map(drain));
  t.deepEqual(
    ends.map((end) => end.frames),
    [90, 90],
  );
  const vocoded = bench.sidecar.runs.filter(({ kind }) => kind === ProgramKind.Vocode);
  t.true(vocoded.length > 0 && vocoded.every(({ rows }) => rows.length === 1));
  await assertNothingIsLeft(t, bench);
});

test("a consumer of codes that stops stops its row at the ring's end", async (t) => {
  const bench = setUp();
  const feed = bench.pump.add(request(1, 300, { codesOnly: true }));
  await quiet();
  t.is(feed.codesCount, OUTPUT_FRAMES);
  t.is((await drain(feed)).frames, 300);
  t.deepEqual(firstCodes(feed), expected(1, 300));
  await assertNothingIsLeft(t, bench);
});

test("codes alone survive a parking", async (t) => {
  const bench = setUp({ rows: 2, kvPages: 8 });
  const feeds = [1, 2].map((seed) => bench.pump.add(request(seed, 290, { codesOnly: true })));
  await Promise.all(feeds.map(drain));
  feeds.forEach((feed, index) => {
    t.deepEqual(firstCodes(feed), expected(index + 1, 290));
  });
  t.true(bench.sidecar.runs.some(({ kind }) => kind === ProgramKind.Forced));
  await assertNothingIsLeft(t, bench);
});

test("runs are short once another request is there, and where the ring has no more", async (t) => {
  const { pump, sidecar } = setUp({ rows: 2 });
  const repeats = () =>
    sidecar.runs.filter(({ kind }) => kind === ProgramKind.Decode).map(({ repeat }) => repeat);
  const slow = pump.add(request(1, 300));
  await quiet(); // nobody takes: the ring fills
  t.is(slow.codesCount, OUTPUT_FRAMES);
  t.deepEqual(repeats(), [8, 8, 8, 16, 16, 8]);
  const before = sidecar.runs.length;
  const other = pump.add(request(2, 40));
  await Promise.all([drain(slow), drain(other)]);
  const shared = sidecar.runs.slice(before).filter(({ rows }) => rows.length === 2);
  t.true(shared.length > 0 && shared.every(({ repeat }) => repeat <= 8));
});

test("while prompts wait a run is one frame, so that a crowd begins together", async (t) => {
  const { pump, sidecar } = setUp({ rows: 4 });
  const feeds = [1, 2, 3, 4].map((seed) => pump.add(request(seed, 60)));
  await Promise.all(feeds.map(drain));
  const runs = sidecar.runs.filter(({ kind }) => kind !== ProgramKind.Vocode);
  const kinds = runs.map(({ kind }) => kind);
  const from = kinds.indexOf(ProgramKind.Decode);
  const to = kinds.lastIndexOf(ProgramKind.Prefill);
  const beside = runs.slice(from, to).filter(({ kind }) => kind === ProgramKind.Decode);
  t.true(beside.length > 0 && beside.every(({ repeat }) => repeat === 1));
  t.is(runs[to + 1]?.repeat, 8);
});

test("a later segment keeps its request's place and does not queue again", async (t) => {
  const bench = setUp({ rows: 1, queueLimit: 1 });
  const { pump } = bench;
  const order: string[] = [];
  const heard = async (name: string, feed: ReturnType<typeof pump.add>) => {
    await drain(feed);
    order.push(name);
  };
  const first = pump.add(request(1, 40));
  await first.take();
  const other = pump.add(request(2, 5));
  t.throws(() => pump.add(request(3, 5)), { code: "ERR_QUEUE_FULL" });
  const later = pump.add(request(1, 40, { segment: 1 }), { before: first });
  await Promise.all([heard("other", other), heard("later", later), heard("first", first)]);
  t.deepEqual(order, ["first", "later", "other"]);
  await assertNothingIsLeft(t, bench);
});

test("a segment runs ahead of its time only on a row that nobody else wants", async (t) => {
  const bench = setUp({ rows: 2 });
  const { pump, sidecar } = bench;
  const first = pump.add(request(1, 300));
  await first.take();
  const [other, next] = [2, 3].map((seed) => pump.add(request(seed, 30)));
  const later = pump.add(request(1, 30, { segment: 1 }), { before: first });
  if (other === undefined || next === undefined) return t.fail();
  const spoken = Promise.all([drain(first), drain(other), drain(next)]);
  await drain(later);
  t.true(other.isEnded && next.isEnded);
  t.false(first.isEnded && first.codesCount < 300);
  await spoken;
  t.true(sidecar.admits === 4);
  await assertNothingIsLeft(t, bench);
});

test("the next segment's prompt goes in while the one before still speaks", async (t) => {
  const { pump, sidecar } = setUp({ rows: 2 });
  const first = pump.add(request(1, 200));
  await first.take();
  const later = pump.add(request(1, 20, { segment: 1 }), { before: first });
  await Promise.all([drain(first), drain(later)]);
  const firstRow = sidecar.runs[0]?.rows[0] ?? -1;
  const laterPrompt = sidecar.runs.findIndex(
    ({ kind, rows }) => kind === ProgramKind.Prefill && !rows.includes(firstRow),
  );
  const lastFrames = sidecar.runs.findLastIndex(
    ({ kind, rows }) => kind === ProgramKind.Decode && rows.includes(firstRow),
  );
  t.true(laterPrompt > 0 && laterPrompt < lastFrames);
  t.deepEqual(firstCodes(later), expected(1, 20, 1));
});

const OPEN = { trailing: Uint32Array.of(1, 2, 3), textOpen: true };

test("an open text that runs dry pauses its own row, and goes on with what comes", async (t) => {
  const bench = setUp({ rows: 2 });
  const feed = bench.pump.add(request(1, 40, OPEN));
  const other = bench.pump.add(request(2, 60));
  t.is((await drain(other)).frames, 60);
  await quiet();
  // As many frames as text ids, and all of them audible.
  t.deepEqual([feed.codesCount, feed.pcmCount], [3, 3]);
  feed.giveText([4, 5], false);
  await quiet();
  t.deepEqual([feed.codesCount, feed.pcmCount], [5, 5]);
  feed.giveText([6], true);
  t.is((await drain(feed)).frames, 40);
  t.deepEqual(firstCodes(feed), expected(1, 40));
  await assertNothingIsLeft(t, bench);
});

test("text that comes before its row is there goes in with it, in order", async (t) => {
  const bench = setUp({ rows: 1 });
  const first = bench.pump.add(request(1, 9));
  const feed = bench.pump.add(request(2, 20, OPEN));
  feed.giveText([4, 5], false);
  await drain(first);
  await quiet();
  const [row] = bench.sidecar.rows.values();
  t.deepEqual(row?.text, [1, 2, 3, 4, 5]);
  feed.giveText([], true);
  t.is((await drain(feed)).frames, 20);
  await assertNothingIsLeft(t, bench);
});

test("a parked request keeps the text that came meanwhile", async (t) => {
  const bench = setUp({ rows: 2, kvPages: 8 });
  const old = bench.pump.add(request(1, 290));
  const feed = bench.pump.add(request(2, 290, OPEN));
  const ids = Array.from({ length: 200 }, (_, index) => index + 4);
  feed.giveText(ids, false);
  const ends = Promise.all([drain(old), drain(feed)]);
  await quiet();
  feed.giveText([7], true);
  t.deepEqual(
    (await ends).map(({ frames }) => frames),
    [290, 290],
  );
  t.true(bench.sidecar.admits > 2);
  t.deepEqual(firstCodes(feed), expected(2, 290));
  await assertNothingIsLeft(t, bench);
});

test("a request whose text is open can be left, and one may not outgrow its row", async (t) => {
  const bench = setUp({ rows: 1 });
  const feed = bench.pump.add(request(1, 40, OPEN));
  await quiet();
  const tooMany = new Array<number>(3000).fill(1);
  t.throws(
    () => {
      feed.giveText(tooMany, false);
    },
    { code: "ERR_TEXT_TOO_LONG" },
  );
  bench.pump.release(feed);
  feed.giveText([1], true); // nobody's any more
  await assertNothingIsLeft(t, bench);
});
