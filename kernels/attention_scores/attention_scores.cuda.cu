#include <algorithm>

#include "kernels/attention_scores/attention_scores.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/kv_place.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::attention_scores {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;
constexpr std::uint32_t kWarps = kThreads / kWarp;
constexpr std::uint32_t kKeysOfBlock = 64;
/// Blocks that share the keys of all queries, about: enough for every multiprocessor some times.
constexpr std::uint32_t kBlocksWanted = 2048;

/// A block takes 64 keys of one query and head at a time, a warp every eighth of them, a lane every
/// 32nd element. Context is read here, so the grid is the same whatever it is.
template <class T>
__global__ void __launch_bounds__(kThreads)
    attention_scores_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.y / a.tokens;
  const std::uint32_t token = blockIdx.y % a.tokens;
  if (token >= valid_tokens(a, lane)) return;
  const std::uint32_t position = first_position(a, lane) + token;
  const std::uint32_t oldest = first_key(position, a.window);
  const std::uint32_t keys = position + 1 - oldest;
  const bool has_page = keys_fit(a, position) && page_of(a, lane, position) < a.pages;
  if (!has_page || keys > a.context_max) {
    report(fault, has_page ? ErrorCode::kBadLimit : ErrorCode::kBadPage);
    return;
  }
  const std::uint32_t head = blockIdx.x;
  const T* q =
      static_cast<const T*>(a.q.data) + (std::size_t{blockIdx.y} * a.heads + head) * a.head_dim;
  float* scores = a.scores + (std::size_t{blockIdx.y} * a.heads + head) * a.context_max;
  const std::uint32_t warp = threadIdx.x / kWarp;
  for (std::uint32_t i = blockIdx.z * kKeysOfBlock + warp; i < keys;) {
    const std::uint32_t j = i;
    // The block's next 64 keys begin behind everybody's.
    i += (j % kKeysOfBlock + kWarps < kKeysOfBlock) ? kWarps
                                                    : (gridDim.z - 1) * kKeysOfBlock + kWarps;
    const std::size_t at =
        checked_offset(a, lane, head / (a.heads / a.kv_heads), oldest + j, fault);
    if (at == kNowhere) return;
    const T* key = static_cast<const T*>(a.k_cache.data) + at;
    float sum = 0.0f;
    for (std::uint32_t d = threadIdx.x % kWarp; d < a.head_dim; d += kWarp) {
      sum = fmaf(widen(q[d]), widen(key[d]), sum);
    }
    sum = warp_sum(sum);
    if (threadIdx.x % kWarp == 0) scores[j] = sum * a.scale;
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const std::uint32_t queries = a.heads * a.lanes * a.tokens;
  const std::uint32_t shares =
      std::min(blocks_for(a.context_max, kKeysOfBlock), std::max(1u, kBlocksWanted / queries));
  const dim3 grid(a.heads, a.lanes * a.tokens, shares);
  return with_dtype(a.q.dtype, [&](auto act) {
    return launch(on, attention_scores_kernel<decltype(act)>, grid, kThreads, 0, a, on.fault);
  });
}

}  // namespace voxfuse::attention_scores
