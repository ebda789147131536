import test from "ava";
import { DOORBELL, FrameReader, lengthPrefix } from "../../host/sidecar/frames.ts";

function frame(...body: number[]): Buffer {
  return Buffer.concat([lengthPrefix(Uint8Array.from(body)), Uint8Array.from(body)]);
}

/** What a reader makes of a stream that comes in pieces of `size` bytes. */
function readInPieces(stream: Uint8Array, size: number): number[][] {
  const reader = new FrameReader();
  const bodies: number[][] = [];
  for (let at = 0; at < stream.length; at += size) {
    for (const body of reader.push(stream.subarray(at, at + size))) bodies.push([...body]);
  }
  return bodies;
}

const STREAM = Buffer.concat([frame(1, 2, 3), DOORBELL, DOORBELL, frame(4), frame(...range(300))]);

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i % 256);
}

for (const size of [1, 2, 3, 4, 5, 7, 64, STREAM.length]) {
  test(`frames are the same in pieces of ${size} bytes`, (t) => {
    t.deepEqual(readInPieces(STREAM, size), [[1, 2, 3], [], [], [4], range(300)]);
  });
}

test("a stream that stops inside a frame is torn, one that stops after it is not", (t) => {
  const reader = new FrameReader();
  reader.push(frame(1, 2, 3).subarray(0, 6));
  t.true(reader.isTorn);
  reader.push(frame(1, 2, 3).subarray(6));
  t.false(reader.isTorn);
});

test("a length above 256 MiB is refused before anything is kept for it", (t) => {
  const reader = new FrameReader();
  t.throws(() => reader.push(Uint8Array.of(1, 0, 0, 16)), { code: "ERR_INTERNAL" });
});
