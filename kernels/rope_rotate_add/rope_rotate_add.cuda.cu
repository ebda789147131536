#include "kernels/rope_rotate_add/rope_rotate_add.hpp"
#include "kernels/support/cuda/rope_heads.cuh"

namespace voxfuse::rope_rotate_add {

using namespace device;

namespace {

/// Blocks for each token of each lane, a thread for each sixteen elements of a head.
template <class T>
__global__ void __launch_bounds__(kRopeThreads)
    rope_rotate_add_kernel(const __grid_constant__ Args a, bool whole) {
  __shared__ RopeAngles angles;
  const std::uint32_t half = a.head_dim / 2;
  const RopePlace place(half);
  const bool has_part = place.head < a.heads;
  const std::size_t at = (std::size_t{blockIdx.x} * a.heads + place.head) * a.head_dim;
  T* const head = static_cast<T*>(a.y.data) + at;
  const float frequency = own_frequency(a);  // no kernel writes them
  begin_kernel();
  PackPair x = {};
  PackPair y = {};
  if (has_part) {
    x = load_pair(static_cast<const T*>(a.x.data) + at, place.first, half, whole);
    y = load_pair(head, place.first, half, whole);
  }
  fill_angles(a, blockIdx.x / a.tokens, blockIdx.x % a.tokens, frequency, angles);
  if (!has_part) return;
  store_pair(head, place.first, half, whole, add_rotated(y, x, place.first, angles));
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.head_dim / 2, {a.x.data, a.y.data});
  return with_dtype(a.x.dtype, [&](auto act) {
    return launch(on, rope_rotate_add_kernel<decltype(act)>,
                  rope_grid(a.lanes * a.tokens, a.heads, a.head_dim), kRopeThreads, 0, a, whole);
  });
}

}  // namespace voxfuse::rope_rotate_add
