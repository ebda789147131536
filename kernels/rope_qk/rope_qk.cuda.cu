#include "kernels/rope_qk/rope_qk.hpp"
#include "kernels/support/cuda/rope_heads.cuh"

namespace voxfuse::rope_qk {

using namespace device;

namespace {

/// Blocks for each token of each lane, a thread for each sixteen elements of a head: the q heads
/// first, then the k heads. What rope_cosine would store is rounded as it would be.
template <class T>
__global__ void __launch_bounds__(kRopeThreads)
    rope_qk_kernel(const __grid_constant__ Args a, bool whole) {
  __shared__ RopeAngles angles;
  const std::uint32_t half = a.head_dim / 2;
  const RopePlace place(half);
  const bool has_part = place.head < a.heads + a.kv_heads;
  const bool is_q = place.head < a.heads;
  const std::size_t token = blockIdx.x;
  T* const head =
      is_q ? static_cast<T*>(a.q.data) + (token * a.heads + place.head) * a.head_dim
           : static_cast<T*>(a.k.data) + (token * a.kv_heads + place.head - a.heads) * a.head_dim;
  const float frequency = own_frequency(a);  // no kernel writes them
  begin_kernel();
  PackPair x = {};
  if (has_part) x = load_pair<T>(head, place.first, half, whole);
  fill_angles(a, blockIdx.x / a.tokens, blockIdx.x % a.tokens, frequency, angles);
  if (!has_part) return;
  const PackPair y = by_cosine<T>(x, place.first, angles);
  store_pair(head, place.first, half, whole, add_rotated(y, x, place.first, angles));
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.head_dim / 2, {a.q.data, a.k.data});
  return with_dtype(a.q.dtype, [&](auto act) {
    return launch(on, rope_qk_kernel<decltype(act)>,
                  rope_grid(a.lanes * a.tokens, a.heads + a.kv_heads, a.head_dim), kRopeThreads, 0,
                  a, whole);
  });
}

}  // namespace voxfuse::rope_qk
