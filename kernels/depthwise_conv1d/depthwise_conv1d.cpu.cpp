#include "kernels/depthwise_conv1d/depthwise_conv1d.hpp"

#include <cstddef>
#include <cstring>

#include "kernels/support/conv_history.hpp"
#include "kernels/support/lanes.hpp"
#include "kernels/support/simd.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::depthwise_conv1d::VOXFUSE_ISA {

namespace {

// (taps, width) from (width, taps), widened, with the bias as a last row: channels side by side.
const float* rows_of_weights(const Args& a, ThreadPool& pool) {
  float* rows = pool.shared_scratch((std::size_t{a.taps} + 1) * a.width);
  for (std::size_t c = 0; c < a.width; ++c) {
    for (std::size_t tap = 0; tap < a.taps; ++tap) {
      rows[tap * a.width + c] = a.w.at(c * a.taps + tap);
    }
    rows[a.taps * std::size_t{a.width} + c] = a.bias.at(c);
  }
  return rows;
}

// Channels [c, c + count) of one output row; `first_input` is the row of the oldest tap.
void convolve(const Args& a, const ConvInputs& inputs, std::size_t first_input,
              const float* weights, std::size_t c, std::size_t count, float* y) {
  F32x16 sum = load_first(weights + std::size_t{a.taps} * a.width + c, count);
  for (std::size_t tap = 0; tap < a.taps; ++tap) {
    const F32x16 weight = load_first(weights + tap * a.width + c, count);
    sum = fma(weight, load_first(inputs.row(first_input + tap) + c, count), sum);
  }
  store_first(y + c, sum, count);
}

ConvInputs inputs_of(const Args& a, std::uint32_t lane) {
  const float* x = a.x.f32() + std::size_t{lane} * a.tokens * a.width;
  return {a.history.at(lane).f32(), x, a.history_tokens, a.width};
}

void one_token(const Args& a, std::size_t row, const float* weights) {
  const auto lane = static_cast<std::uint32_t>(row / a.tokens);
  const std::size_t t = row % a.tokens;
  float* y = a.y.f32() + row * a.width;
  if (t >= lane_tokens(a.valid, lane, a.rate, a.tokens)) {
    std::memset(y, 0, a.width * sizeof(float));
    return;
  }
  const ConvInputs inputs = inputs_of(a, lane);
  for (std::size_t c = 0; c < a.width; c += 16) {
    const std::size_t left = a.width - c;
    convolve(a, inputs, t, weights, c, left < 16 ? left : 16, y);
  }
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32 && a.y.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_REQUIRE(a.history.dtype == Dtype::kF32, kBadDtype);
  const float* weights = rows_of_weights(a, pool);
  const std::size_t rows = std::size_t{a.lanes} * a.tokens;
  pool.parallel_for(rows, 32, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t row = begin; row < end; ++row) one_token(a, row, weights);
  });
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    inputs_of(a, b).keep_last(lane_tokens(a.valid, b, a.rate, a.tokens));
  }
  return {};
}

}  // namespace voxfuse::depthwise_conv1d::VOXFUSE_ISA
