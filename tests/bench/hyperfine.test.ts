import test from "ava";
import { installedTimer, measure, median, quoteWord } from "./hyperfine.ts";
import type { TimedProgram, TimerName } from "./hyperfine.ts";

const QUICK: TimedProgram = { name: "quick", argv: [process.execPath, "-e", "0"] };
const SLOW: TimedProgram = {
  name: "slow",
  argv: [process.execPath, "-e", "setTimeout(() => {}, 300)"],
};
const FAILING: TimedProgram = {
  name: "failing",
  argv: [process.execPath, "-e", "process.exit(3)"],
};

test("the median of an even number of values lies between the middle two", (t) => {
  t.is(median([4, 1, 3, 2]), 2.5);
  t.is(median([9, 1, 5]), 5);
});

test("a word with a quote in it stays one word", (t) => {
  t.is(quoteWord("it's here"), `'it'\\''s here'`);
});

test("a number of runs below one is refused", (t) => {
  t.throws(() => measure([QUICK], { runs: 0, warmups: 0 }), { instanceOf: RangeError });
});

for (const timer of ["own", "hyperfine"] satisfies TimerName[]) {
  const testTimer = timer === installedTimer() || timer === "own" ? test : test.skip;

  testTimer(`${timer}: a program that waits takes longer than one that does not`, (t) => {
    const [quick, slow] = measure([QUICK, SLOW], { runs: 2, warmups: 1, timer });
    t.is(quick?.seconds.length, 2);
    t.true((slow?.secondsMin ?? 0) >= 0.3);
    t.true((slow?.secondsMedian ?? 0) > (quick?.secondsMedian ?? 0));
  });

  testTimer(`${timer}: a program that fails ends the measurement`, (t) => {
    t.throws(() => measure([FAILING], { runs: 1, warmups: 0, timer }));
  });
}
