// Below it the result is 0; exp of it is still a normal number.
const SMALLEST: f32 = -87;
// Adding 1.5 * 2^23 and taking it away again rounds to an integer.
const TO_INTEGER: f32 = 12582912;

function bits(word: u32): f32 {
  return reinterpret<f32>(word);
}

/**
 * exp(x) for x <= 0, of the same bits as the kernels': picking rests on it. A NaN gives 0.
 *
 * x = n ln 2 + r, r by two subtractions, the Taylor series to r^7 by Horner, the exponent field
 * takes n. Every operation is rounded to nearest on its own, as Wasm has it.
 */
export function exp32(x: f32): f32 {
  if (!(x >= SMALLEST)) return 0;
  const n: f32 = x * bits(0x3fb8aa3b) + TO_INTEGER - TO_INTEGER;
  let r: f32 = x - n * <f32>0.693359375;
  r = r - n * bits(0xb95e8083);
  let sum: f32 = bits(0x39500d01);
  sum = sum * r + bits(0x3ab60b61);
  sum = sum * r + bits(0x3c088889);
  sum = sum * r + bits(0x3d2aaaab);
  sum = sum * r + bits(0x3e2aaaab);
  sum = sum * r + <f32>0.5;
  sum = sum * r + <f32>1;
  sum = sum * r + <f32>1;
  const exponent = <u32>(<i32>n + 127);
  return sum * bits(exponent << 23);
}
