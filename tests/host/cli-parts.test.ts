import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { setTimeout as delay } from "node:timers/promises";
import { Progress, movingBar } from "../../host/cli/progress.ts";
import { play } from "../../host/cli/player.ts";
import { temporaryFolder } from "../support/golden.ts";

const NEVER = new AbortController().signal;

test("the bar's block goes to the end and back", (t) => {
  const bars = Array.from({ length: 19 }, (_, tick) => movingBar(tick));
  t.is(bars[0], "###         ");
  t.is(bars[9], "         ###");
  t.is(bars[18], bars[0]);
  t.true(bars.every((bar) => bar.length === 12));
});

test("progress is plain lines on what is no terminal, where they are asked for", async (t) => {
  const lines: string[] = [];
  const out = { isTTY: false, write: (text: string) => lines.push(text) > 0 };
  const told = new Progress("contexts", { isQuiet: true, lineMs: 5, out });
  const silent = new Progress("speaking", { isQuiet: false, out });
  told.show("128 of 4000 positions");
  while (lines.length < 2) await delay(1);
  told.clear();
  silent.clear();
  t.deepEqual(new Set(lines), new Set(["contexts 0 s, 128 of 4000 positions\n"]));
  const count = lines.length;
  await delay(20);
  t.is(lines.length, count, "none after the end");
});

test.serial("without a player, playing says what to install", async (t) => {
  const path = process.env["PATH"];
  t.teardown(() => {
    process.env["PATH"] = path;
  });
  process.env["PATH"] = temporaryFolder(t);
  const error = await t.throwsAsync(play("a.wav", NEVER), { code: "ERR_NO_PLAYER" });
  t.regex(error.message, /alsa-utils/);
});

test.serial("the first player that works plays the file", async (t) => {
  const path = process.env["PATH"];
  t.teardown(() => {
    process.env["PATH"] = path;
  });
  const folder = temporaryFolder(t);
  for (const [name, text] of [
    ["paplay", "exit 1"],
    ["aplay", 'echo "$@" > "$0.args"'],
  ] as const) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o700);
  }
  process.env["PATH"] = folder;
  await play("a.wav", NEVER);
  t.true(existsSync(join(folder, "aplay.args")));
});
