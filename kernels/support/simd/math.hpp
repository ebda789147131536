#pragma once

// Included by simd.hpp only. Polynomials are Horner chains of fma; coefficients of the error
// function and of the squared sine were fitted for this file at Chebyshev nodes, the others are
// Taylor's.

namespace voxfuse {
inline namespace VOXFUSE_ISA {

/// c[0] + x * (c[1] + x * (c[2] + …)).
template <std::size_t kTerms>
VOXFUSE_SIMD F32x16 polynomial(F32x16 x, const float (&c)[kTerms]) {
  F32x16 y = broadcast(c[kTerms - 1]);
  for (std::size_t i = kTerms - 1; i-- > 0;) y = fma(y, x, broadcast(c[i]));
  return y;
}

VOXFUSE_SIMD F32x16 negated(F32x16 x) { return xor_bits(x, bits(0x80000000u)); }
VOXFUSE_SIMD F32x16 magnitude_of(F32x16 x) { return and_bits(x, bits(0x7fffffffu)); }

// Adding 1.5 * 2^23 rounds to an integer, which then is the low bits of the sum.
constexpr float kToInteger = 12582912.0f;

/// exp(x) within 2 ulp; +inf above 88.72, 0 below -86.6 (the smallest results are dropped); NaN
/// stays.
VOXFUSE_SIMD F32x16 exp(F32x16 x) {
  constexpr float kTerms[] = {1.0f,         1.0f,          1.0f / 2,   1.0f / 6,
                              1.0f / 24.0f, 1.0f / 120.0f, 1.0f / 720, 1.0f / 5040};
  constexpr float kLeast = -86.6f;
  // The bound comes first: a NaN in x is what larger and smaller return then.
  const F32x16 bounded = smaller(broadcast(89.0f), larger(broadcast(kLeast), x));
  const F32x16 shifted = fma(bounded, broadcast(1.44269502f), broadcast(kToInteger));
  const F32x16 n = shifted - broadcast(kToInteger);
  F32x16 r = fma(n, broadcast(-0.693147182f), bounded);
  r = fma(n, broadcast(1.90465421e-9f), r);
  const F32x16 y = polynomial(r, kTerms);
  // 2^n as 2 * 2^(n - 1), for n = 128 is no exponent. The bits of 1.5 * 2^23 leave on the left.
  const F32x16 power = shift_left<23>(add_bits(shifted, bits(126)));
  const F32x16 scaled = (y * power) * broadcast(2.0f);
  return select(less(x, broadcast(kLeast)), zero(), scaled);
}

/// Sine and cosine within 2 ulp for |x| <= 1e5; beyond it only bounded by 1 and a rounding. NaN and
/// infinity give NaN.
VOXFUSE_SIMD void sin_cos(F32x16 x, F32x16& sine, F32x16& cosine) {
  constexpr float kSin[] = {1.0f, -1.0f / 6, 1.0f / 120, -1.0f / 5040, 1.0f / 362880};
  constexpr float kCos[] = {1.0f, -1.0f / 2, 1.0f / 24, -1.0f / 720, 1.0f / 40320, -1.0f / 3628800};
  const F32x16 shifted = fma(x, broadcast(0.636619747f), broadcast(kToInteger));
  const F32x16 n = shifted - broadcast(kToInteger);
  // x - n * pi / 2 with pi / 2 in three parts; the first step is exact where it cancels.
  F32x16 r = fma(n, broadcast(-1.57079637f), x);
  r = fma(n, broadcast(4.37113883e-8f), r);
  r = fma(n, broadcast(1.71512451e-15f), r);
  r = smaller(broadcast(0.8f), larger(broadcast(-0.8f), r));
  const F32x16 square = r * r;
  const F32x16 odd = r * polynomial(square, kSin);
  const F32x16 even = polynomial(square, kCos);
  // Quadrant n mod 4: its low bit swaps the two, its high bit gives the sine's sign, and the
  // cosine's is that of the next quadrant.
  const F32x16 sine_sign = and_bits(shift_left<30>(shifted), bits(0x80000000u));
  const F32x16 next = add_bits(shifted, bits(1));
  const F32x16 cosine_sign = and_bits(shift_left<30>(next), bits(0x80000000u));
  // The parity bit at the top of a 1.0 makes it -1.0 or 1.0, which can be compared.
  const F32x16 parity = xor_bits(shift_left<31>(shifted), broadcast(1.0f));
  const Mask16 exchange = less(parity, zero());
  sine = xor_bits(select(exchange, even, odd), sine_sign);
  cosine = xor_bits(select(exchange, odd, even), cosine_sign);
}

/// The square of the sine within 4 ulp for |x| <= 1e5; beyond it at most 1 and a rounding. NaN and
/// infinity give NaN. It has half the sine's period and no sign: one polynomial without a choice.
VOXFUSE_SIMD F32x16 sin_squared(F32x16 x) {
  // sin(r)^2 / r^2 in r^2 for |r| <= pi / 2.
  constexpr float kTerms[] = {1.0f,           -0.333333f,    0.044442896f,
                              -0.0031720907f, 0.0001392102f, -3.6089282e-06f};
  constexpr float kMost = 2.6f;  // (pi / 2)^2 and what the rounding of n leaves
  const F32x16 shifted = fma(x, broadcast(0.318309886f), broadcast(kToInteger));
  const F32x16 n = shifted - broadcast(kToInteger);
  // x - n * pi with pi in three parts, as above.
  F32x16 r = fma(n, broadcast(-3.14159274f), x);
  r = fma(n, broadcast(8.74227766e-8f), r);
  r = fma(n, broadcast(3.43024902e-15f), r);
  const F32x16 square = smaller(broadcast(kMost), r * r);
  return square * polynomial(square, kTerms);
}

/// The error function within 3 ulp.
VOXFUSE_SIMD F32x16 erf(F32x16 x) {
  // erf(x) / x in x^2 on [0, 1]; -log(1 - erf(x)) in x - 2.5 on [1, 4].
  constexpr float kNear[] = {1.12837923f,    -0.376126379f,    0.112837821f,    -0.0268654302f,
                             0.00522103161f, -0.000848408032f, 0.000112659596f, -9.66704556e-06f};
  constexpr float kFar[] = {7.80681515f,      5.35268068f,     0.943893731f,
                            0.0108585414f,    -0.00216530357f, 0.000420122524f,
                            -7.72913772e-05f, 1.33150143e-05f, -1.6371514e-06f};
  const F32x16 size = magnitude_of(x);
  const F32x16 near = x * polynomial(x * x, kNear);
  // From 4 on the result rounds to 1. A NaN passes through the bound.
  const F32x16 bounded = smaller(broadcast(4.0f), size);
  const F32x16 far = broadcast(1.0f) - exp(negated(polynomial(bounded - broadcast(2.5f), kFar)));
  const F32x16 sign = and_bits(x, bits(0x80000000u));
  return select(less(size, broadcast(1.0f)), near, xor_bits(far, sign));
}

/// x / (1 + exp(-x)), also called SiLU, as an op is.
VOXFUSE_SIMD F32x16 swish(F32x16 x) { return x / (broadcast(1.0f) + exp(negated(x))); }

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
