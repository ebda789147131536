import test from "ava";
import { missingForGpu, onGpu } from "../support/gpu.ts";
import { KernelRun, kernelCases, titleOf } from "../support/kernel-cases.ts";

const register = onGpu(test);
const ON_CUDA = ["--backend", "cuda"]; // leaves out what a CPU alone does
const cases = kernelCases(...ON_CUDA);
const run = missingForGpu === undefined ? new KernelRun(...ON_CUDA) : undefined;

for (const line of cases) {
  const title = titleOf(line);
  register(`cuda, ${title}`, async (t) => {
    const result = await run?.of(title);
    t.true(result?.ok === true, result?.message ?? "kernel_check ended before this case");
  });
}
