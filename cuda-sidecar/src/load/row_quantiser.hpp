#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cuda-sidecar/src/load/tensor_files.hpp"

namespace voxfuse {

/// Quantises out.size() elements of a tensor from `first` on: out[i] is nearest to element / scale,
/// ties to even, and the largest magnitude becomes 127. Returns the scale.
///
/// A row with an element that is not finite has NaN as its scale, so that whatever it touches is
/// found; one without a magnitude above 2^-120 is zeros with the scale 0.
float quantise_row(const StoredTensor& from, std::size_t first, std::span<std::int8_t> out);

}  // namespace voxfuse
