#pragma once

// Prefix sums over the threads of a block, as picking needs them. Blocks are of whole warps, 32 at
// most. Only for `pick.cuda.cu`.

#include <cstdint>

#include "kernels/support/cuda/reduce.cuh"

namespace voxfuse::device {

/// The sum over the lanes of a warp up to this one, itself included.
template <class T>
__device__ __forceinline__ T warp_prefix(T x) {
  const std::uint32_t lane = threadIdx.x % kWarp;
#pragma unroll
  for (std::uint32_t apart = 1; apart < kWarp; apart *= 2) {
    const T below = __shfl_up_sync(kAllLanes, x, apart);
    if (lane >= apart) x += below;
  }
  return x;
}

/// Sums over a block, one after the other. Two rooms in turn: whoever writes to one of them for the
/// third sum has met, at the barrier of the second, all who read it for the first.
class BlockScan {
 public:
  using Room = std::uint64_t[2][kWarp];

  struct Sums {
    std::uint64_t before;  ///< Over the threads in front of this one.
    std::uint64_t total;   ///< Over all.
  };

  __device__ __forceinline__ explicit BlockScan(Room& room) : room_(room) {}

  /// Called by every thread of the block. Integers: the order of a sum is no matter.
  __device__ __forceinline__ Sums operator()(std::uint64_t x) {
    const std::uint32_t lane = threadIdx.x % kWarp;
    const std::uint32_t warp = threadIdx.x / kWarp;
    std::uint64_t* const totals = room_[turn_];
    turn_ ^= 1;
    const std::uint64_t in_warp = warp_prefix(x);
    if (lane == kWarp - 1) totals[warp] = in_warp;
    __syncthreads();  // the warps' totals are in the room
    const std::uint64_t upto = warp_prefix(lane < blockDim.x / kWarp ? totals[lane] : 0);
    const std::uint64_t below = __shfl_sync(kAllLanes, upto, warp == 0 ? 0 : warp - 1);
    return {(warp == 0 ? 0 : below) + in_warp - x, __shfl_sync(kAllLanes, upto, kWarp - 1)};
  }

 private:
  Room& room_;
  std::uint32_t turn_ = 0;
};

}  // namespace voxfuse::device
