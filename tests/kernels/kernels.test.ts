import test from "ava";
import { KernelRun, kernelCases, titleOf } from "../support/kernel-cases.ts";

const cases = kernelCases();
const run = new KernelRun();

for (const line of cases) {
  const title = titleOf(line);
  test(title, async (t) => {
    const result = await run.of(title);
    t.true(result?.ok === true, result?.message ?? "kernel_check ended before this case");
  });
}
