#include "kernels/kv_append/kv_append.hpp"
#include "kernels/support/cuda/kv_place.cuh"
#include "kernels/support/cuda/packs.cuh"

namespace voxfuse::kv_append {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;

/// A block for each token of each lane copies its heads by units of one size; a.head_dim counts
/// these.
template <class Unit>
__global__ void __launch_bounds__(kThreads)
    kv_append_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.x / a.tokens;
  const std::uint32_t token = blockIdx.x % a.tokens;
  if (token >= valid_tokens(a, lane)) return;
  const std::uint32_t position = first_position(a, lane) + token;
  const std::uint32_t count = a.kv_heads * a.head_dim;
  const Unit* const x = static_cast<const Unit*>(a.x.data) + std::size_t{blockIdx.x} * count;
  for (std::uint32_t i = threadIdx.x; i < count; i += kThreads) {
    const std::size_t head = checked_offset(a, lane, i / a.head_dim, position, fault);
    if (head == kNowhere) return;
    static_cast<Unit*>(a.cache.data)[head + i % a.head_dim] = x[i];
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const std::size_t head_bytes = a.head_dim * dtype_bytes(a.x.dtype);
  const auto copy = [&](auto unit) {
    Args in_units = a;  // the layout is the same in any unit that divides a head
    in_units.head_dim = static_cast<std::uint32_t>(head_bytes / sizeof unit);
    return launch(on, kv_append_kernel<decltype(unit)>, a.lanes * a.tokens, kThreads, 0, in_units,
                  on.fault);
  };
  if (head_bytes % kAccess == 0 && in_packs(0, {a.x.data, a.cache.data})) return copy(uint4{});
  return a.x.dtype == Dtype::kBf16 ? copy(std::uint16_t{}) : copy(std::uint32_t{});
}

}  // namespace voxfuse::kv_append
