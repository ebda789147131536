#include "cuda-sidecar/src/cuda/weight_store.hpp"

#include <algorithm>
#include <cstring>

namespace voxfuse {

namespace {

constexpr std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::uint64_t bytes_of(const Weight& weight) { return weight.elements() * weight.element_bytes(); }

}  // namespace

Status WeightStore::upload(cudaStream_t stream, std::span<Weight> weights) {
  if (std::ranges::any_of(weights, [](const Weight& w) { return w.dtype == Dtype::kI8; })) {
    return {ErrorCode::kUnsupported, "the cuda backend has no kernels for i8 weights"};
  }
  std::uint64_t total = 0;
  for (const Weight& weight : weights) total += aligned(bytes_of(weight));
  if (total == 0) return {};
  DeviceBuffer block;
  VOXFUSE_TRY(block.allocate(total, "weights"));
  for (Piece& piece : pieces_) {
    if (piece.sent != nullptr) continue;
    VOXFUSE_TRY(piece.memory.allocate(kPieceBytes));
    VOXFUSE_CUDA_TRY(cudaEventCreateWithFlags(&piece.sent, cudaEventDisableTiming));
  }
  std::uint64_t at = 0;
  for (const Weight& weight : weights) {
    VOXFUSE_TRY(copy(stream, weight.data, block.data() + at, bytes_of(weight)));
    at += aligned(bytes_of(weight));
  }
  VOXFUSE_CUDA_TRY(cudaStreamSynchronize(stream));
  at = 0;
  for (Weight& weight : weights) {
    weight.data = block.data() + at;
    at += aligned(bytes_of(weight));
  }
  bytes_ += total;
  blocks_.push_back(std::move(block));
  return {};
}

Status WeightStore::copy(cudaStream_t stream, const std::byte* from, std::byte* to,
                         std::uint64_t bytes) {
  for (std::uint64_t at = 0; at < bytes; at += kPieceBytes) {
    Piece& piece = pieces_[next_++ % 2];
    const std::uint64_t count = std::min(kPieceBytes, bytes - at);
    VOXFUSE_CUDA_TRY(cudaEventSynchronize(piece.sent));
    std::memcpy(piece.memory.data(), from + at, count);
    VOXFUSE_CUDA_TRY(
        cudaMemcpyAsync(to + at, piece.memory.data(), count, cudaMemcpyHostToDevice, stream));
    VOXFUSE_CUDA_TRY(cudaEventRecord(piece.sent, stream));
  }
  return {};
}

}  // namespace voxfuse
