#include <algorithm>

#include "cuda-sidecar/src/cuda/row_kernels.hpp"
#include "kernels/support/cuda/launch.cuh"
#include "shared/gen/protocol.hpp"

namespace voxfuse {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;
/// Bytes of a payload that one block copies.
constexpr std::uint32_t kPartBytes = 16 * 1024;

__global__ void __launch_bounds__(kThreads)
    apply_patches_kernel(const RowPatch* patches, const std::byte* staging) {
  begin_kernel();
  const RowPatch patch = patches[blockIdx.x];
  // Addresses of words, made by the host from its own table of rows.
  auto* to = reinterpret_cast<std::uint32_t*>(patch.to);
  const auto* from = reinterpret_cast<const std::uint32_t*>(staging + patch.from);
  for (std::uint32_t i = threadIdx.x; i < patch.words; i += kThreads) to[i] = from[i];
}

__device__ __forceinline__ void copy_words(std::byte* to, const std::byte* from,
                                           std::uint64_t bytes) {
  // Fields of rows and of slots are aligned to 256 bytes and hold words.
  auto* words = reinterpret_cast<std::uint32_t*>(to);
  const auto* source = reinterpret_cast<const std::uint32_t*>(from);
  for (std::uint64_t i = threadIdx.x; i < bytes / 4; i += kThreads) words[i] = source[i];
}

/// A block for each lane and part of its payload; the last one to be done tells the host.
__global__ void __launch_bounds__(kThreads) collect_kernel(const CollectArgs a) {
  begin_kernel();
  const std::uint32_t repeats = a.counters[0];
  std::byte* slot = a.slots + repeats % a.depth * a.slot_bytes;
  std::byte* lane = slot + CollectLayout::kAligned + blockIdx.x * a.layout.lane_bytes();
  const std::byte* row = a.rows + a.row_bytes * a.lane_rows[blockIdx.x];
  if (blockIdx.y == 0) {
    const auto* state = reinterpret_cast<const RowState*>(row);  // a row begins with its state
    copy_words(lane, row, sizeof(RowState));
    const std::uint32_t frame = min(max(state->codes_count, 1u), a.frames_max) - 1;
    copy_words(lane + CollectLayout::kAligned,
               row + a.codes_at + std::uint64_t{frame} * a.layout.codes_bytes,
               a.layout.codes_bytes);
  }
  const std::uint32_t part = blockIdx.y * kPartBytes;
  if (part < a.layout.payload_bytes) {
    copy_words(lane + CollectLayout::kAligned + CollectLayout::aligned(a.layout.codes_bytes) + part,
               row + a.layout.payload_at + part, min(kPartBytes, a.layout.payload_bytes - part));
  }
  __threadfence_system();  // what this thread wrote comes before the count below
  __syncthreads();
  if (threadIdx.x != 0) return;
  const std::uint32_t blocks = gridDim.x * gridDim.y;
  if (atomicAdd(&a.counters[1], 1u) + 1 != blocks) return;
  a.counters[1] = 0;
  a.counters[0] = repeats + 1;
  reinterpret_cast<CollectHeader*>(slot)->fault = *a.fault;  // a slot begins with its header
  *a.fault = 0;
  __threadfence_system();  // pairs with the host's acquire load of `ended`
  *static_cast<volatile std::uint32_t*>(a.ended) = repeats + 1;
}

}  // namespace

Status apply_patches(cudaStream_t stream, const RowPatch* patches, std::uint32_t count,
                     const std::byte* staging) {
  CudaContext on;
  on.stream = stream;
  on.overlaps = false;
  return launch(on, apply_patches_kernel, count, kThreads, 0, patches, staging);
}

Status collect(CudaContext& on, const CollectArgs& args, std::uint32_t lanes) {
  const std::uint32_t parts = std::max(1u, blocks_for(args.layout.payload_bytes, kPartBytes));
  return launch(on, collect_kernel, dim3(lanes, parts), kThreads, 0, args);
}

}  // namespace voxfuse
