#pragma once

// The functions that protocol.json calls activations. Only for `<op>.cpu.cpp`, as simd.hpp is.

#include <cstdint>

#include "kernels/support/slices.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

/// exp(x) - 1 for x <= 0, within 4 ulp: near zero by its own series, which does not cancel.
VOXFUSE_SIMD F32x16 exp_minus_one(F32x16 x) {
  constexpr float kTerms[] = {1.0f,          1.0f / 2,   1.0f / 6,    1.0f / 24,
                              1.0f / 120.0f, 1.0f / 720, 1.0f / 5040, 1.0f / 40320};
  const F32x16 near = x * polynomial(x, kTerms);
  const F32x16 far = exp(x) - broadcast(1.0f);
  return select(less(x, broadcast(-0.5f)), far, near);
}

/// function(x).
VOXFUSE_SIMD F32x16 activated(std::uint32_t function, F32x16 x) {
  switch (static_cast<Activation>(function)) {
    case Activation::kRelu:
      return larger(x, zero());
    case Activation::kElu: {
      const F32x16 below = exp_minus_one(smaller(x, zero()));
      return select(less(zero(), x), x, below);
    }
    case Activation::kTanh: {
      const F32x16 t = exp_minus_one(magnitude_of(x) * broadcast(-2.0f));
      const F32x16 size = negated(t) / (t + broadcast(2.0f));
      return xor_bits(size, and_bits(x, bits(0x80000000u)));
    }
    case Activation::kNone:
      break;
  }
  return x;
}

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
