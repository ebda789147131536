#include "cuda-sidecar/src/load/weight_builder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "cuda-sidecar/src/load/row_quantiser.hpp"
#include "kernels/support/bf16.hpp"

namespace voxfuse {

namespace {

using Parts = std::span<const StoredTensor* const>;

constexpr std::uint32_t kFrequenciesMax = 65536;
constexpr std::uint64_t kBasisMax = 1u << 24;  ///< Elements of a computed matrix.

bool same_dtype(Parts parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [&](const StoredTensor* part) { return part->dtype == parts[0]->dtype; });
}

/// Whether a tensor is made of rows of `cols` elements: its first axis counts them, or it is a
/// vector, which is cut as asked.
bool has_rows_of(const StoredTensor& tensor, std::uint64_t cols) {
  if (tensor.shape.size() < 2) return tensor.elements % cols == 0;
  return tensor.elements / tensor.shape[0] == cols;
}

/// Allocates the result; `out.memory` is where to write.
Status allocate(const WeightEntry& entry, Dtype dtype, BuiltWeight& out) {
  out.weight = {.data = nullptr, .dtype = dtype, .rows = entry.rows, .cols = entry.cols};
  out.built_bytes = out.weight.elements() * out.weight.element_bytes();
  out.memory = out.arena.take(out.built_bytes);
  if (out.memory == nullptr) return {ErrorCode::kNoMemory, "no memory for a derived weight"};
  out.weight.data = out.memory;
  return {};
}

/// The memory of an f32 result. Allocated aligned for any element.
float* floats(const BuiltWeight& out) { return reinterpret_cast<float*>(out.memory); }

/// Whether the rows of the parts are those of the weight: for the kinds that keep rows as they are.
Status require_rows(const WeightEntry& entry, Parts parts) {
  const auto kind = static_cast<WeightKind>(entry.kind);
  VOXFUSE_REQUIRE(!parts.empty(), kBadWeight);
  VOXFUSE_REQUIRE(kind != WeightKind::kTensor || parts.size() == 1, kBadWeight);
  VOXFUSE_REQUIRE(kind != WeightKind::kInterleaveRows ||
                      (parts.size() == 2 && parts[0]->shape == parts[1]->shape),
                  kBadWeight);
  std::uint64_t elements = 0;
  for (const StoredTensor* part : parts) {
    VOXFUSE_REQUIRE(has_rows_of(*part, entry.cols), kBadWeight);
    elements += part->elements;
  }
  VOXFUSE_REQUIRE(elements == std::uint64_t{entry.rows} * entry.cols, kBadWeight);
  return {};
}

/// body(part, first element, row of the weight) for every row of every part: one part behind the
/// other, or in turn. What require_rows() has passed.
template <class Body>
void each_row(const WeightEntry& entry, Parts parts, Body&& body) {
  const bool in_turn = static_cast<WeightKind>(entry.kind) == WeightKind::kInterleaveRows;
  const std::size_t step = in_turn ? parts.size() : 1;
  std::size_t first = 0;
  for (const StoredTensor* part : parts) {
    const std::size_t rows = part->elements / entry.cols;
    for (std::size_t row = 0; row < rows; ++row) body(*part, row * entry.cols, first + row * step);
    first += in_turn ? 1 : rows;
  }
}

Status build_tensor(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_TRY(require_rows(entry, parts));
  const StoredTensor& from = *parts[0];
  // An address as a number, to see whether elements may be read where they lie.
  if (reinterpret_cast<std::uintptr_t>(from.data) % from.element_bytes() == 0) {
    out.weight = {.data = from.data, .dtype = from.dtype, .rows = entry.rows, .cols = entry.cols};
    return {};
  }
  VOXFUSE_TRY(allocate(entry, from.dtype, out));
  std::memcpy(out.memory, from.data, from.bytes());
  return {};
}

Status build_joined_rows(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_TRY(require_rows(entry, parts));
  VOXFUSE_REQUIRE(same_dtype(parts), kBadWeight);
  VOXFUSE_TRY(allocate(entry, parts[0]->dtype, out));
  const std::size_t element_bytes = parts[0]->element_bytes();
  const std::size_t row_bytes = entry.cols * element_bytes;
  each_row(entry, parts, [&](const StoredTensor& part, std::size_t first, std::size_t to) {
    std::memcpy(out.memory + to * row_bytes, part.data + first * element_bytes, row_bytes);
  });
  return {};
}

Status build_codebooks(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(!parts.empty() && parts.size() % 2 == 0, kBadWeight);
  const std::uint64_t size = parts[1]->elements;
  for (std::size_t i = 0; i < parts.size(); i += 2) {
    VOXFUSE_REQUIRE(parts[i + 1]->elements == size, kBadWeight);
    VOXFUSE_REQUIRE(parts[i]->elements == size * entry.cols, kBadWeight);
  }
  VOXFUSE_REQUIRE(entry.rows == parts.size() / 2 * size, kBadWeight);
  VOXFUSE_TRY(allocate(entry, Dtype::kF32, out));
  float* to = floats(out);
  for (std::size_t i = 0; i < parts.size(); i += 2) {
    for (std::size_t row = 0; row < size; ++row) {
      // A code that training never used would divide by zero; the official model clamps alike.
      const float usage = std::max(parts[i + 1]->at(row), 1e-5f);
      for (std::size_t j = 0; j < entry.cols; ++j) {
        *to++ = parts[i]->at(row * entry.cols + j) / usage;
      }
    }
  }
  return {};
}

/// f32 at every step, as the official model computes them.
Status build_exponential(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(parts.size() == 1, kBadWeight);
  const std::uint64_t elements = std::uint64_t{entry.rows} * entry.cols;
  VOXFUSE_REQUIRE(parts[0]->elements == elements, kBadWeight);
  VOXFUSE_TRY(allocate(entry, Dtype::kF32, out));
  const bool inverse = entry.kind == static_cast<std::uint32_t>(WeightKind::kExpInverse);
  float* to = floats(out);
  for (std::size_t i = 0; i < elements; ++i) {
    const auto power = static_cast<float>(std::exp(double{parts[0]->at(i)}));
    to[i] = inverse ? 1.0f / (power + 1e-9f) : power;
  }
  return {};
}

/// [out, in, taps] → out × (tap, in).
Status build_conv_taps(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(parts.size() == 1 && parts[0]->shape.size() == 3, kBadWeight);
  const StoredTensor& from = *parts[0];
  const std::uint64_t inputs = from.shape[1];
  const std::uint64_t taps = from.shape[2];
  VOXFUSE_REQUIRE(entry.rows == from.shape[0] && entry.cols == inputs * taps, kBadWeight);
  VOXFUSE_TRY(allocate(entry, from.dtype, out));
  const std::size_t step = from.element_bytes();
  std::byte* to = out.memory;
  for (std::size_t output = 0; output < entry.rows; ++output) {
    for (std::size_t tap = 0; tap < taps; ++tap) {
      for (std::size_t input = 0; input < inputs; ++input, to += step) {
        std::memcpy(to, from.data + ((output * inputs + input) * taps + tap) * step, step);
      }
    }
  }
  return {};
}

/// [in, out, taps] → (phase, out) × (span, in), tap = phase + span · stride; zeros beyond.
Status build_transposed_taps(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(parts.size() == 1 && parts[0]->shape.size() == 3, kBadWeight);
  VOXFUSE_REQUIRE(entry.scalar >= 1 && entry.scalar <= 65536, kBadWeight);
  const StoredTensor& from = *parts[0];
  const auto stride = static_cast<std::uint64_t>(entry.scalar);
  const std::uint64_t inputs = from.shape[0];
  const std::uint64_t outputs = from.shape[1];
  const std::uint64_t taps = from.shape[2];
  const std::uint64_t spans = (taps + stride - 1) / stride;
  VOXFUSE_REQUIRE(entry.rows == stride * outputs && entry.cols == spans * inputs, kBadWeight);
  VOXFUSE_TRY(allocate(entry, from.dtype, out));
  const std::size_t step = from.element_bytes();
  std::memset(out.memory, 0, out.built_bytes);
  std::byte* to = out.memory;
  for (std::size_t row = 0; row < entry.rows; ++row) {
    const std::size_t phase = row / outputs;
    const std::size_t output = row % outputs;
    for (std::size_t col = 0; col < entry.cols; ++col, to += step) {
      const std::size_t tap = phase + col / inputs * stride;
      if (tap >= taps) continue;
      const std::size_t input = col % inputs;
      std::memcpy(to, from.data + ((input * outputs + output) * taps + tap) * step, step);
    }
  }
  return {};
}

Status build_rope_frequencies(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(parts.empty() && entry.rows == 1, kBadWeight);
  VOXFUSE_REQUIRE(entry.cols <= kFrequenciesMax, kBadWeight);
  VOXFUSE_REQUIRE(std::isfinite(entry.scalar) && entry.scalar > 0, kBadWeight);
  VOXFUSE_TRY(allocate(entry, Dtype::kF32, out));
  for (std::uint32_t j = 0; j < entry.cols; ++j) {
    const double exponent = -static_cast<double>(j) / entry.cols;
    floats(out)[j] = static_cast<float>(std::pow(double{entry.scalar}, exponent));
  }
  return {};
}

/// (2 * bins) × samples: cosine and negative sine of each frequency under a periodic Hann window.
Status build_dft_basis(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(parts.empty() && entry.rows % 2 == 0, kBadWeight);
  VOXFUSE_REQUIRE(std::uint64_t{entry.rows} * entry.cols <= kBasisMax, kBadWeight);
  VOXFUSE_TRY(allocate(entry, Dtype::kF32, out));
  const double turn = 2 * std::numbers::pi / entry.cols;
  for (std::uint64_t row = 0; row < entry.rows; ++row) {
    for (std::uint64_t i = 0; i < entry.cols; ++i) {
      const double window = 0.5 - 0.5 * std::cos(turn * static_cast<double>(i));
      // Whole turns are taken off while the angle is a whole number.
      const double angle = turn * static_cast<double>(row / 2 * i % entry.cols);
      const double wave = row % 2 == 0 ? std::cos(angle) : -std::sin(angle);
      floats(out)[row * entry.cols + i] = static_cast<float>(window * wave);
    }
  }
  return {};
}

/// Slaney's mel scale: linear up to 1 kHz, then logarithmic, 27 steps to a factor of 6.4.
double hz_of_mel(double mel) {
  constexpr double kLinearMels = 15;
  constexpr double kHzOfMel = 200.0 / 3;
  if (mel < kLinearMels) return kHzOfMel * mel;
  return 1000 * std::exp((mel - kLinearMels) * std::log(6.4) / 27);
}

double mel_of_hz(double hz) {
  return hz < 1000 ? hz * 3 / 200 : 15 + std::log(hz / 1000) * 27 / std::log(6.4);
}

/// bands × bins: triangles between neighbours of a row of frequencies that the mel scale spaces
/// alike, each of area 1 in Hz.
Status build_mel_filters(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(parts.empty() && entry.cols >= 2, kBadWeight);
  VOXFUSE_REQUIRE(std::uint64_t{entry.rows} * entry.cols <= kBasisMax, kBadWeight);
  VOXFUSE_REQUIRE(std::isfinite(entry.scalar) && entry.scalar > 0, kBadWeight);
  VOXFUSE_TRY(allocate(entry, Dtype::kF32, out));
  const double nyquist = double{entry.scalar} / 2;
  const double mel_step = mel_of_hz(nyquist) / (entry.rows + 1);
  for (std::uint64_t band = 0; band < entry.rows; ++band) {
    const auto edge = [&](int after) {
      return hz_of_mel(mel_step * (static_cast<double>(band) + after));
    };
    const double low = edge(0);
    const double middle = edge(1);
    const double high = edge(2);
    for (std::uint64_t bin = 0; bin < entry.cols; ++bin) {
      const double hz = nyquist * static_cast<double>(bin) / (entry.cols - 1);
      const double rising = (hz - low) / (middle - low);
      const double falling = (high - hz) / (high - middle);
      const double height = std::max(0.0, std::min(rising, falling));
      floats(out)[band * entry.cols + bin] = static_cast<float>(height * 2 / (high - low));
    }
  }
  return {};
}

/// Keeps a weight of f32 tensors as bf16: each element rounded to nearest.
Status to_bf16(const WeightEntry& entry, BuiltWeight& out) {
  if (out.weight.dtype == Dtype::kBf16) return {};
  const BuiltWeight wide = out;
  VOXFUSE_TRY(allocate(entry, Dtype::kBf16, out));
  for (std::size_t i = 0; i < out.weight.elements(); ++i) {
    float value = 0;
    std::memcpy(&value, wide.weight.data + i * sizeof value, sizeof value);
    const std::uint16_t rounded = bf16::round(value);
    std::memcpy(out.memory + i * sizeof rounded, &rounded, sizeof rounded);
  }
  return {};
}

Status build_stored(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  switch (static_cast<WeightKind>(entry.kind)) {
    case WeightKind::kTensor:
      return build_tensor(entry, parts, out);
    case WeightKind::kConcatRows:
    case WeightKind::kInterleaveRows:
      return build_joined_rows(entry, parts, out);
    case WeightKind::kCodebooks:
      return build_codebooks(entry, parts, out);
    case WeightKind::kExp:
    case WeightKind::kExpInverse:
      return build_exponential(entry, parts, out);
    case WeightKind::kConvTaps:
      return build_conv_taps(entry, parts, out);
    case WeightKind::kTransposedTaps:
      return build_transposed_taps(entry, parts, out);
    case WeightKind::kRopeFrequencies:
      return build_rope_frequencies(entry, parts, out);
    case WeightKind::kDftBasis:
      return build_dft_basis(entry, parts, out);
    case WeightKind::kMelFilters:
      return build_mel_filters(entry, parts, out);
  }
  return {ErrorCode::kBadControl, "unknown weight kind"};
}

/// Whether a kind's weights are made of whole rows of tensors.
bool keeps_rows(WeightKind kind) {
  return kind == WeightKind::kTensor || kind == WeightKind::kConcatRows ||
         kind == WeightKind::kInterleaveRows;
}

/// Whether a kind's weights are made of tensors as they are, rather than reckoned in f32.
bool keeps_elements(WeightKind kind) {
  return keeps_rows(kind) || kind == WeightKind::kConvTaps || kind == WeightKind::kTransposedTaps;
}

/// Rows of tensors, each as integers and a scale: quantised from where they lie.
Status build_i8(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(keeps_rows(static_cast<WeightKind>(entry.kind)), kBadWeight);
  VOXFUSE_TRY(require_rows(entry, parts));
  VOXFUSE_TRY(allocate(entry, Dtype::kI8, out));
  // Allocated aligned for any element.
  auto* scales = reinterpret_cast<float*>(out.arena.take(std::size_t{entry.rows} * sizeof(float)));
  if (scales == nullptr) return {ErrorCode::kNoMemory, "no memory for a derived weight"};
  out.weight.scales = scales;
  out.built_bytes += std::uint64_t{entry.rows} * sizeof(float);

  // Bytes are bytes, whatever their type.
  auto* quantised = reinterpret_cast<std::int8_t*>(out.memory);
  const std::size_t cols = entry.cols;
  each_row(entry, parts, [&](const StoredTensor& part, std::size_t first, std::size_t to) {
    scales[to] = quantise_row(part, first, {quantised + to * cols, cols});
  });
  return {};
}

}  // namespace

Status build_weight(const WeightEntry& entry, Parts parts, BuiltWeight& out) {
  VOXFUSE_REQUIRE(entry.rows >= 1 && entry.cols >= 1, kBadWeight);
  if (entry.dtype == static_cast<std::uint32_t>(Dtype::kI8)) return build_i8(entry, parts, out);
  VOXFUSE_TRY(build_stored(entry, parts, out));
  const bool asked = entry.dtype == static_cast<std::uint32_t>(Dtype::kBf16);
  return asked && keeps_elements(static_cast<WeightKind>(entry.kind)) ? to_bf16(entry, out)
                                                                      : Status();
}

}  // namespace voxfuse
