#include "kernels/layer_scale_add/layer_scale_add.hpp"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"

namespace voxfuse::layer_scale_add {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 128;

/// A thread for each pack of a row.
template <class T, class Scale>
__global__ void __launch_bounds__(kThreads)
    layer_scale_add_kernel(const __grid_constant__ Args a, std::uint32_t row_packs, bool whole) {
  const std::size_t item = std::size_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::size_t row = item / row_packs;
  const std::uint32_t first = static_cast<std::uint32_t>(item - row * row_packs) * kPack;
  // A weight: no need to wait. `first` lies in a row whatever the item is.
  const Pack scale = load_pack(static_cast<const Scale*>(a.scale.data), first, a.width, whole);
  begin_kernel();
  if (row >= a.rows) return;
  const Pack d = load_pack(static_cast<const T*>(a.d.data) + row * a.width, first, a.width, whole);
  T* x = static_cast<T*>(a.x.data) + row * a.width;
  Pack sum = load_pack(x, first, a.width, whole);
#pragma unroll
  for (std::uint32_t i = 0; i < kPack; ++i) {
    // Not fused: the contract rounds the product first.
    sum.at[i] = __fadd_rn(sum.at[i], __fmul_rn(scale.at[i], d.at[i]));
  }
  store_pack(x, first, a.width, whole, sum);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.d.data, a.scale.data, a.x.data});
  const std::uint32_t row_packs = blocks_for(a.width, kPack);
  const std::uint32_t blocks = blocks_for(std::size_t{a.rows} * row_packs, kThreads);
  return with_dtype(a.x.dtype, [&](auto act) {
    return with_dtype(a.scale.dtype, [&](auto weight) {
      return launch(on, layer_scale_add_kernel<decltype(act), decltype(weight)>, blocks, kThreads,
                    0, a, row_packs, whole);
    });
  });
}

}  // namespace voxfuse::layer_scale_add
