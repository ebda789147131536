#include "kernels/depthwise_conv1d/depthwise_conv1d.hpp"
#include "kernels/support/cuda/conv_history.cuh"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"
#include "kernels/support/lanes.hpp"

namespace voxfuse::depthwise_conv1d {

using namespace device;

namespace {

constexpr std::uint32_t kChannels = kWarp;  ///< Of a block: a warp's lanes are neighbours in x.
constexpr std::uint32_t kThreads = 256;

/// A block for 32 channels of a lane, so that no other reads the history that it replaces. A thread
/// has every eighth token of a channel.
template <class T>
__global__ void __launch_bounds__(kThreads)
    depthwise_conv1d_kernel(const __grid_constant__ Args a) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.y;
  const std::uint32_t first = blockIdx.x * kChannels;
  const std::uint32_t channel = first + threadIdx.x % kChannels;
  const std::uint32_t valid = lane_tokens(a.valid, lane, a.rate, a.tokens);
  const std::size_t packet = std::size_t{lane} * a.tokens * a.width;
  const T* x = static_cast<const T*>(a.x.data) + packet;
  T* y = static_cast<T*>(a.y.data) + packet;
  T* history = static_cast<T*>(a.history.at(lane).data);

  const std::uint32_t tokens = channel < a.width ? a.tokens : 0;
  for (std::uint32_t t = threadIdx.x / kChannels; t < tokens; t += kThreads / kChannels) {
    float sum = 0.0f;
    if (t < valid) {
      sum = a.bias.at(channel);
      for (std::uint32_t tap = 0; tap < a.taps; ++tap) {
        const std::uint32_t from = t + tap;  // in (history, packet)
        const T* row = from < a.history_tokens ? history + std::size_t{from} * a.width
                                               : x + std::size_t{from - a.history_tokens} * a.width;
        sum = fmaf(a.w.at(std::size_t{channel} * a.taps + tap), widen(row[channel]), sum);
      }
    }
    y[std::size_t{t} * a.width + channel] = narrow<T>(sum);
  }
  if (valid == 0) return;
  // Its barrier, before it writes, is also behind the block's last read of the history above.
  keep_newest(history, x, a.history_tokens, valid, a.width, first, min(kChannels, a.width - first));
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype && a.x.dtype == a.history.dtype, kBadDtype);
  const dim3 grid(blocks_for(a.width, kChannels), a.lanes);
  return with_dtype(a.y.dtype, [&](auto act) {
    return launch(on, depthwise_conv1d_kernel<decltype(act)>, grid, kThreads, 0, a);
  });
}

}  // namespace voxfuse::depthwise_conv1d
