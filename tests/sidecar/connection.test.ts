import test from "ava";
import { nextCompletion, nextWake, peerFor, SMALL_REGION, submissionOf } from "./peers.ts";

const { groups, frameSamples, logitsMax } = SMALL_REGION;

function counted(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

test("hello names the sidecar, requests are answered, close ends it", async (t) => {
  const connection = await peerFor(t, "");
  t.deepEqual(connection.hello.backends, ["none"]);
  const replies = await Promise.all([
    connection.weights(new Uint8Array(3)),
    connection.weights(new Uint8Array(70_000)),
    connection.stats(),
  ]);
  t.is(replies.length, 3);
  t.true(replies[1].count > 70_000);
  await connection.close();
  await t.throwsAsync(connection.stats(), { code: "ERR_CLOSED" });
  t.throws(() => connection.submit(submissionOf(1, 0)), { code: "ERR_CLOSED" });
  t.throws(() => connection.output(0), { code: "ERR_CLOSED" });
});

test("a submission comes back as a completion with its token and lanes", async (t) => {
  const connection = await peerFor(t, "");
  t.true(connection.submit(submissionOf(41, 0)));
  const completion = await nextCompletion(connection);
  t.is(completion.header.token, 41);
  t.deepEqual(
    completion.lanes.map((lane) => lane.generation),
    [42],
  );
});

test("a thousand submissions complete once each, in order", async (t) => {
  const connection = await peerFor(t, "");
  const tokens: number[] = [];
  let sent = 0;
  while (tokens.length < 1000) {
    while (sent < 1000 && connection.submit(submissionOf(sent, 0))) sent += 1;
    await nextWake(connection);
    tokens.push(...connection.takeCompletions().map(({ header }) => header.token));
  }
  t.deepEqual(tokens, counted(0, 1000));
});

test("codes and PCM are copied out across the end of the output ring", async (t) => {
  const connection = await peerFor(t, "");
  for (const frames of [60, 20]) {
    connection.submit(submissionOf(0, frames));
    await nextCompletion(connection);
  }
  const { generation, codesCount, pcmCount, logitsCount } = connection.output(0);
  t.deepEqual(
    { generation, codesCount, pcmCount, logitsCount },
    {
      generation: 1,
      codesCount: 80,
      pcmCount: 80,
      logitsCount: 1,
    },
  );
  t.deepEqual([...connection.readCodes(0, 55, 20)], counted(55 * groups, 20 * groups));
  t.deepEqual([...connection.readPcm(0, 16, 64)], counted(16 * frameSamples, 64 * frameSamples));
  t.deepEqual(
    [...connection.readLogits(0, logitsMax)],
    counted(0, logitsMax).map((i) => i + 0.5),
  );
  t.is(connection.readCodes(0, 80, 0).length, 0);
});

test("frames that are not yet or no longer held are refused", async (t) => {
  const connection = await peerFor(t, "");
  connection.submit(submissionOf(0, 80));
  await nextCompletion(connection);
  for (const [first, frames] of [
    [80, 1],
    [79, 2],
    [15, 1],
    [0, 64],
  ] as const) {
    t.throws(() => connection.readCodes(0, first, frames), { name: "RangeError" });
    t.throws(() => connection.readPcm(0, first, frames), { name: "RangeError" });
  }
});

test("armed() says no while something is new, and yes once it was seen", async (t) => {
  const connection = await peerFor(t, "");
  t.true(connection.armed());
  connection.submit(submissionOf(0, 3));
  await nextWake(connection);
  // Counted from when both, frames and completion, are there: the reply comes after them.
  await connection.stats();
  t.false(connection.armed());
  connection.takeCompletions();
  connection.output(0);
  t.true(connection.armed());
});

test("a doorbell that finds no listener is kept for the next one", async (t) => {
  const connection = await peerFor(t, "");
  t.true(connection.armed());
  connection.submit(submissionOf(0, 0));
  await connection.stats(); // answered after the doorbell
  await new Promise<void>((resolve) => {
    connection.onWake = resolve;
  });
  t.is(connection.takeCompletions().length, 1);
});

test("a full ring says so and takes more once there is room", async (t) => {
  const connection = await peerFor(t, "");
  let sent = 0;
  while (connection.submit(submissionOf(sent, 0))) sent += 1;
  // It may have room again by now: what counts is that a full ring wakes, and takes more then.
  let taken = 0;
  do {
    await nextWake(connection);
    taken += connection.takeCompletions().length;
  } while (taken === 0 || !connection.submit(submissionOf(sent, 0)));
  t.true(taken > 0);
});

test("a refusal is a typed error with the sidecar's words", async (t) => {
  const connection = await peerFor(t, "refuse");
  await t.throwsAsync(connection.weights(new Uint8Array(4)), {
    code: "ERR_MODEL_FILE_CORRUPT",
    message: "The sidecar answered weights with bad_weight: w.",
  });
});
