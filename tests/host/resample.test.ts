import test from "ava";

import { resample } from "../../host/audio/resample.ts";
import { golden, readTensor, throwsCode } from "../support/golden.ts";

const TO_HZ = 24_000;
const FROM_HZ = [8_000, 16_000, 22_050, 24_001, 32_000, 44_100, 48_000, 96_000, 192_000, 384_000];
const SECONDS = 0.25;
/** Ends of a sound are not what its middle is: the filter sees silence beyond them. [seconds] */
const MARGIN = 0.05;

function tone(rateHz: number, hz: number): Float32Array {
  const samples = new Float32Array(Math.round(SECONDS * rateHz));
  return samples.map((_, index) => Math.sin((2 * Math.PI * hz * index) / rateHz));
}

/** Amplitude of `hz` in the middle of a sound, and the effective value of all else there. */
function analysed(samples: Float32Array, hz: number): { amplitude: number; rest: number } {
  const from = Math.round(MARGIN * TO_HZ);
  const middle = samples.subarray(from, samples.length - from);
  const angle = (index: number): number => (2 * Math.PI * hz * (index + from)) / TO_HZ;
  // Least squares on sine and cosine, which are not quite orthogonal over a part of a period.
  let [ss, sc, cc, xs, xc] = [0, 0, 0, 0, 0];
  middle.forEach((x, index) => {
    const [sine, cosine] = [Math.sin(angle(index)), Math.cos(angle(index))];
    ss += sine * sine;
    sc += sine * cosine;
    cc += cosine * cosine;
    xs += x * sine;
    xc += x * cosine;
  });
  const determinant = ss * cc - sc * sc;
  const a = (xs * cc - xc * sc) / determinant;
  const b = (xc * ss - xs * sc) / determinant;
  const rest = middle.reduce((sum, x, index) => {
    const off = x - a * Math.sin(angle(index)) - b * Math.cos(angle(index));
    return sum + off * off;
  }, 0);
  return { amplitude: Math.hypot(a, b), rest: Math.sqrt(rest / middle.length) };
}

function decibels(ratio: number): number {
  return 20 * Math.log10(ratio);
}

for (const rate of FROM_HZ) {
  const lower = Math.min(rate, TO_HZ);

  test(`from ${rate} Hz tones below 0.45 of the lower rate keep their height, alone`, (t) => {
    for (const share of [0.01, 0.1, 0.25, 0.4, 0.45]) {
      const hz = share * lower;
      const { amplitude, rest } = analysed(resample(tone(rate, hz), rate, TO_HZ), hz);
      t.true(Math.abs(decibels(amplitude)) <= 0.1, `${share}: ${decibels(amplitude)} dB`);
      const signalToNoise = decibels(amplitude / Math.SQRT2 / rest);
      t.true(signalToNoise >= 80, `${share}: ${signalToNoise} dB`);
    }
  });

  if (rate > 1.1 * TO_HZ) {
    test(`from ${rate} Hz tones that the lower rate cannot have leave no alias`, (t) => {
      for (const share of [0.51, 0.55, 0.66, 0.9, 1.3, 2.2]) {
        const hz = share * TO_HZ;
        if (hz > rate / 2) continue;
        const samples = resample(tone(rate, hz), rate, TO_HZ);
        const { rest } = analysed(samples, 1);
        t.true(decibels(rest * Math.SQRT2) <= -90, `${share}: ${decibels(rest * Math.SQRT2)} dB`);
      }
    });
  }
}

/** The noise that tests/support/resample_by_soxr.py makes. */
function sharedNoise(rateHz: number): Float32Array {
  let state = rateHz;
  return Float32Array.from({ length: Math.round(0.06 * rateHz) }, () => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state / 0x7fff_ffff - 0.5;
  });
}

/** Energy of a sound between 0 Hz and a limit, its ends faded out. */
function energyBelow(samples: readonly number[], limitHz: number): number {
  const length = samples.length;
  const faded = samples.map((x, i) => x * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length)));
  let energy = 0;
  for (let bin = 0; (bin * TO_HZ) / length <= limitHz; bin++) {
    let [real, imaginary] = [0, 0];
    faded.forEach((x, i) => {
      const angle = (2 * Math.PI * bin * i) / length;
      real += x * Math.cos(angle);
      imaginary -= x * Math.sin(angle);
    });
    energy += real * real + imaginary * imaginary;
  }
  return energy;
}

for (const rate of [16_000, 44_100, 48_000]) {
  test(`from ${rate} Hz noise is what soxr makes of it, to 80 dB`, async (t) => {
    const { values } = await readTensor(golden("resampled.safetensors"), `from.${rate}`);
    const samples = resample(sharedNoise(rate), rate, TO_HZ);
    t.is(samples.length, values.length);
    const limitHz = 0.45 * Math.min(rate, TO_HZ);
    const off = values.map((value, index) => value - (samples[index] ?? 0));
    const ratio = energyBelow(values, limitHz) / energyBelow(off, limitHz);
    t.true(10 * Math.log10(ratio) >= 80, `${10 * Math.log10(ratio)} dB`);
  });
}

test("a sound is as long as before and begins where it began", (t) => {
  for (const rate of FROM_HZ) {
    const samples = new Float32Array(rate / 2);
    samples[Math.round(rate / 4)] = 1;
    const result = resample(samples, rate, TO_HZ);
    t.is(result.length, Math.round((samples.length * TO_HZ) / rate), String(rate));
    const loudest = result.indexOf(Math.max(...result));
    t.true(Math.abs(loudest / TO_HZ - 0.25) <= 1 / Math.min(rate, TO_HZ), String(rate));
  }
});

test("the rate that is there stays as it is", (t) => {
  const samples = tone(TO_HZ, 440);
  t.is(resample(samples, TO_HZ, TO_HZ), samples);
});

test("rates of no recording are refused", async (t) => {
  for (const rate of [1, 3_999, 384_001, 4e9, NaN]) {
    const act = (): unknown => resample(new Float32Array(8), rate, TO_HZ);
    await throwsCode(t, act, "ERR_AUDIO_INVALID", /between 4000 and 384000 Hz/);
  }
});
