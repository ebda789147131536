import test from "ava";
import { runNative } from "../support/native.ts";

test("the ring keeps order and wakes every sleeper, between threads and on one", async (t) => {
  t.is(await runNative("ring_check"), "ok\n");
});

test("ThreadSanitizer finds no race in the ring", async (t) => {
  t.is(await runNative("ring_check_tsan"), "ok\n");
});
