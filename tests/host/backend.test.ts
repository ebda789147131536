import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import { sidecarChoice } from "../../host/synthesis/load-options.ts";
import type { LoadOptions } from "../../host/synthesis/load-options.ts";
import { resolveBackend } from "../../host/synthesis/session/backend.ts";
import { throwsCode } from "../support/golden.ts";

const GPU = "NVIDIA H100 80GB HBM3";
const PLAIN = { backends: ["reference", "cpu"], devices: [] };
const BLIND = { backends: ["reference", "cpu", "cuda"], devices: [] };
const SEEING = { backends: ["reference", "cpu", "cuda"], devices: [GPU, GPU] };

type Offer = typeof PLAIN | typeof SEEING;

const RESOLVED: readonly (readonly [
  what: string,
  options: LoadOptions,
  offer: Offer,
  result: string,
])[] = [
  ["nothing, without a GPU", {}, PLAIN, "cpu f32 f32"],
  ["nothing, with a driver but no GPU", {}, BLIND, "cpu f32 f32"],
  ["nothing, with a GPU", {}, SEEING, "cuda bf16 bf16"],
  ["cpu, with a GPU", { backend: "cpu" }, SEEING, "cpu f32 f32"],
  ["f32, with a GPU", { dtype: "f32" }, SEEING, "cuda f32 f32"],
  ["a f32 vocoder, with a GPU", { vocoderDtype: "f32" }, SEEING, "cuda bf16 f32"],
  ["f32 and a bf16 vocoder", { dtype: "f32", vocoderDtype: "bf16" }, SEEING, "cuda f32 bf16"],
  ["bf16, with a GPU", { dtype: "bf16" }, SEEING, "cuda bf16 bf16"],
  ["the reference", { backend: "reference" }, SEEING, "reference f32 f32"],
  ["the reference in bf16", { backend: "reference", dtype: "bf16" }, PLAIN, "reference bf16 f32"],
];

for (const [what, options, offer, result] of RESOLVED) {
  test(`asked for ${what}, an engine computes with ${result}`, (t) => {
    const { backend, dtype, vocoderDtype } = resolveBackend(sidecarChoice(options), offer);
    t.is([backend, dtype, vocoderDtype].join(" "), result);
  });
}

test("weights in int8 are computed with on the cpu, GPU or not", (t) => {
  for (const offer of [PLAIN, SEEING]) {
    const resolved = resolveBackend(sidecarChoice({ weights: "int8" }), offer);
    t.like(resolved, { backend: "cpu", dtype: "f32", weights: "int8" });
  }
  t.like(resolveBackend(sidecarChoice({}), SEEING), { weights: "stored" });
});

test("device and graphs are passed on; graphs are the default", (t) => {
  const choice = sidecarChoice({ backend: "cuda", device: 1 });
  t.like(resolveBackend(choice, SEEING), { device: 1, graphs: true });
  const single = sidecarChoice({ backend: "cuda", graphs: false });
  t.like(resolveBackend(single, SEEING), { device: 0, graphs: false });
});

const UNMET: readonly (readonly [
  what: string,
  options: LoadOptions,
  offer: Offer,
  sentence: RegExp,
])[] = [
  ["cuda of a build without it", { backend: "cuda" }, PLAIN, /nvcc.*VOXFUSE_CUDA=ON/],
  ["cuda without a GPU", { backend: "cuda" }, BLIND, /nvidia-smi.*driver.*CUDA_VISIBLE_DEVICES/],
  ["a third GPU of two", { device: 2 }, SEEING, /device is 2;.*0 \(NVIDIA.*1 \(NVIDIA/],
  ["bf16 without a GPU", { dtype: "bf16" }, PLAIN, /bf16.*needs a GPU.*nvcc/],
  ["a bf16 vocoder without a GPU", { vocoderDtype: "bf16" }, BLIND, /bf16.*nvidia-smi/],
  [
    "a backend that is not offered",
    { backend: "reference" },
    { ...PLAIN, backends: ["cpu"] },
    /cpu/,
  ],
];

for (const [what, options, offer, sentence] of UNMET) {
  test(`${what} is ERR_DEVICE and says what to do`, async (t) => {
    const choice = sidecarChoice(options);
    await throwsCode(t, () => resolveBackend(choice, offer), "ERR_DEVICE", sentence);
  });
}

test("what no sidecar could offer is refused before one is started", async (t) => {
  for (const [options, sentence] of [
    [{ backend: "opencl" }, /backend is "opencl".*"cuda"/],
    [{ device: -1 }, /device is -1/],
    [{ device: "0" }, /device is "0"/],
    [{ dtype: "f16" }, /dtype is "f16".*"bf16"/],
    [{ vocoderDtype: "int8" }, /vocoderDtype is "int8"/],
    [{ weights: "int4" }, /weights is "int4".*"int8"/],
    [{ backend: "cuda", weights: "int8" }, /weights is "int8".*cpu/],
    [{ graphs: 1 }, /graphs is 1; it must be true or false/],
    [{ backend: "cpu", dtype: "bf16" }, /dtype is "bf16".*cuda/],
    [{ backend: "cpu", vocoderDtype: "bf16" }, /vocoderDtype is "bf16".*cuda/],
  ] as const) {
    // As a caller in plain JavaScript could.
    const load = () => Voxfuse.load(options as object);
    await throwsCode(t, load, "ERR_INVALID_ARGUMENT", sentence);
  }
});
