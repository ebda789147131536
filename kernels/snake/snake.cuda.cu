#include "kernels/snake/snake.hpp"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"

namespace voxfuse::snake {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 128;

/// A thread for each pack of a row. x and y carry no __restrict__: they may be one buffer.
template <class T>
__global__ void __launch_bounds__(kThreads)
    snake_kernel(const __grid_constant__ Args a, std::uint32_t row_packs, bool whole) {
  const std::size_t item = std::size_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::size_t row = item / row_packs;
  const std::uint32_t first = static_cast<std::uint32_t>(item - row * row_packs) * kPack;
  // The pair is a weight: no need to wait. `first` lies in a row whatever the item is.
  const Pack frequency = load_pack(a.frequency, first, a.width, whole);
  const Pack magnitude = load_pack(a.magnitude, first, a.width, whole);
  begin_kernel();
  if (row >= a.rows) return;
  Pack pack = load_pack(static_cast<const T*>(a.x.data) + row * a.width, first, a.width, whole);
#pragma unroll
  for (std::uint32_t i = 0; i < kPack; ++i) {
    // Not to be fused with what the sine begins with: the contract rounds the angle.
    const float sine = sinf(__fmul_rn(pack.at[i], frequency.at[i]));
    pack.at[i] = fmaf(sine * sine, magnitude.at[i], pack.at[i]);
  }
  store_pack(static_cast<T*>(a.y.data) + row * a.width, first, a.width, whole, pack);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.x.data, a.y.data, a.frequency, a.magnitude});
  const std::uint32_t row_packs = blocks_for(a.width, kPack);
  const std::uint32_t blocks = blocks_for(std::size_t{a.rows} * row_packs, kThreads);
  return with_dtype(a.y.dtype, [&](auto act) {
    return launch(on, snake_kernel<decltype(act)>, blocks, kThreads, 0, a, row_packs, whole);
  });
}

}  // namespace voxfuse::snake
