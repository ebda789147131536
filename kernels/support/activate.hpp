#pragma once

// The functions that protocol.json calls activations, of one number: as references reckon them in
// f64 and CUDA twins in f32. CPU twins have activated.hpp.

#include <cmath>
#include <cstdint>

#include "kernels/support/host_device.hpp"
#include "shared/gen/protocol.hpp"

namespace voxfuse {

/// function(x).
template <class Real>
VOXFUSE_HOST_DEVICE inline Real activate(std::uint32_t function, Real x) {
  switch (static_cast<Activation>(function)) {
    case Activation::kRelu:
      return x > 0 ? x : 0;
    case Activation::kElu:
      return x > 0 ? x : std::expm1(x);
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kNone:
      break;
  }
  return x;
}

}  // namespace voxfuse
