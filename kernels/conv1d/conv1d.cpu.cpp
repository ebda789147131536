#include "kernels/conv1d/conv1d.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "kernels/support/activated.hpp"
#include "kernels/support/dot_tile.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::conv1d::VOXFUSE_ISA {

namespace {

// Elements of x that are laid out at a time, padding included.
constexpr std::size_t kSpanElements = 1 << 20;

/// Row `position` of x, which may lie beyond its ends, with its activation.
void lay_out(const Args& a, std::int64_t position, float* into) {
  const std::int64_t last = std::int64_t{a.tokens} - 1;
  if (position < 0 || position > last) {
    if (a.padding == static_cast<std::uint32_t>(Padding::kZeros)) {
      std::fill_n(into, a.inputs, 0.0f);
      return;
    }
    const bool mirrors = a.padding == static_cast<std::uint32_t>(Padding::kReflect);
    if (position < 0) {
      position = mirrors ? -position : 0;
    } else {
      position = mirrors ? 2 * last - position : last;
    }
  }
  const float* x = a.x.f32() + static_cast<std::size_t>(position) * a.inputs;
  if (a.before == static_cast<std::uint32_t>(Activation::kNone)) {
    std::memcpy(into, x, a.inputs * sizeof(float));
    return;
  }
  each_slice(0, a.inputs, [&](auto s) { s.store(into, activated(a.before, s.load(x))); });
}

/// Whether the taps must be put side by side: runs of another length would not keep the
/// accumulators of matmul's order.
bool gathers(const Args& a) { return a.dilation > 1 && a.inputs % 16 != 0; }

/// The epilogue: bias, activation.
struct Put {
  const Args& a;
  const float* bias;
  std::size_t first;

  [[gnu::always_inline]] void operator()(std::size_t m, std::size_t n, float sum) const {
    float* at = a.y.f32() + (first + m) * a.outputs + n;
    float all[16];
    store(all, activated(a.after, broadcast(sum + bias[n])));
    *at = a.adds == 1 ? *at + all[0] : all[0];
  }
  /// Of sixteen neighbours.
  [[gnu::always_inline]] void operator()(std::size_t m, std::size_t n, F32x16 sums) const {
    float* at = a.y.f32() + (first + m) * a.outputs + n;
    const F32x16 y = activated(a.after, sums + load(bias + n));
    store(at, a.adds == 1 ? load(at) + y : y);
  }
};

/// Steps [first, end) from their inputs in `span`.
void convolve(const Args& a, ThreadPool& pool, std::size_t first, std::size_t end,
              const float* span, float* gathered, const float* bias) {
  const std::size_t taps_inputs = std::size_t{a.taps} * a.inputs;
  const std::size_t steps = end - first;
  const auto step = static_cast<std::ptrdiff_t>(std::size_t{a.stride} * a.inputs);
  const auto tap = static_cast<std::ptrdiff_t>(std::size_t{a.dilation} * a.inputs);
  DotRows rows{.x = span, .rows = steps, .stride = step, .inputs = taps_inputs};
  if (gathers(a)) {
    for (std::size_t s = 0; s < steps; ++s) {
      for (std::size_t t = 0; t < a.taps; ++t) {
        std::memcpy(gathered + s * taps_inputs + t * a.inputs,
                    span + (s * a.stride + t * a.dilation) * a.inputs, a.inputs * sizeof(float));
      }
    }
    rows.x = gathered;
    rows.stride = static_cast<std::ptrdiff_t>(taps_inputs);
  } else if (a.dilation > 1) {
    rows.inputs = a.inputs;
    rows.segments = a.taps;
    rows.segment_stride = tap;
  }
  dot_panel(pool, rows, a.w, a.outputs, Put{a, bias, first});
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t reach = std::size_t{a.taps - 1} * a.dilation + 1;
  const std::size_t room = kSpanElements / a.inputs;
  const std::size_t fitting = room > reach ? (room - reach) / a.stride + 1 : 1;
  const std::size_t steps = std::min<std::size_t>(a.steps, std::max<std::size_t>(fitting, 64));
  const std::size_t span = ((steps - 1) * a.stride + reach) * a.inputs;
  const std::size_t gathered = gathers(a) ? steps * a.taps * a.inputs : 0;
  float* memory = pool.shared_scratch(span + gathered + a.outputs);
  float* bias = memory + span + gathered;
  for (std::size_t o = 0; o < a.outputs; ++o) bias[o] = a.bias ? a.bias.at(o) : 0.0f;
  for (std::size_t first = 0; first < a.steps; first += steps) {
    const std::size_t end = std::min<std::size_t>(first + steps, a.steps);
    const auto begin = static_cast<std::int64_t>(first * a.stride) - std::int64_t{a.pad_left};
    const std::size_t rows = (end - first - 1) * a.stride + reach;
    pool.parallel_for(rows, row_grain(a.inputs), [&](std::size_t from, std::size_t to, unsigned) {
      for (std::size_t i = from; i < to; ++i) {
        lay_out(a, begin + static_cast<std::int64_t>(i), memory + i * a.inputs);
      }
    });
    convolve(a, pool, first, end, memory, memory + span, bias);
  }
  return {};
}

}  // namespace voxfuse::conv1d::VOXFUSE_ISA
