#include "cuda-sidecar/src/cuda/row_mirror.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace voxfuse {

namespace {

constexpr std::uint64_t kStagingBytes = std::uint64_t{8} << 20;
constexpr std::uint64_t kAligned = CollectLayout::kAligned;

}  // namespace

Status RowUploader::create() { return staging_.allocate(kStagingBytes); }

/// Room for that many bytes of pieces and their list. Going round waits for what is in use still.
Status RowUploader::reserve(cudaStream_t stream, std::uint64_t bytes) {
  VOXFUSE_REQUIRE(bytes <= kStagingBytes, kNoMemory);
  if (used_ + bytes <= kStagingBytes) return {};
  VOXFUSE_CUDA_TRY(cudaStreamSynchronize(stream));
  VOXFUSE_CUDA_TRY(cudaDeviceSynchronize());  // pieces of the other class's stream
  used_ = 0;
  return {};
}

void RowUploader::add(std::byte* to, const std::byte* from, std::uint64_t bytes) {
  std::memcpy(staging_.data() + used_, from, bytes);
  // An address as a number: the list crosses to the GPU.
  patches_.push_back({.to = reinterpret_cast<std::uint64_t>(to),
                      .from = static_cast<std::uint32_t>(used_),
                      .words = static_cast<std::uint32_t>(bytes / 4)});
  used_ += bytes;
}

Status RowUploader::flush(cudaStream_t stream) {
  if (patches_.empty()) return {};
  used_ = CollectLayout::aligned(used_);
  std::byte* list = staging_.data() + used_;
  std::memcpy(list, patches_.data(), patches_.size() * sizeof(RowPatch));
  used_ = CollectLayout::aligned(used_ + patches_.size() * sizeof(RowPatch));
  const auto count = static_cast<std::uint32_t>(patches_.size());
  patches_.clear();
  // The list lies in bytes that were aligned for it just now.
  return apply_patches(stream, reinterpret_cast<const RowPatch*>(list), count, staging_.data());
}

Status RowUploader::upload(cudaStream_t stream, const Memory& memory, std::byte* device_rows,
                           std::span<const RowChange> changes) {
  const std::uint64_t each = row_bytes(memory.layout());
  std::uint64_t bytes = 2 * kAligned;
  for (const RowChange& change : changes) {
    bytes += sizeof(RowPatch) + (change.zeros ? 0 : change.bytes);
  }
  VOXFUSE_TRY(reserve(stream, bytes));
  for (const RowChange& change : changes) {
    std::byte* to = device_rows + each * change.row + change.at;
    if (change.zeros) {
      VOXFUSE_CUDA_TRY(cudaMemsetAsync(to, 0, change.bytes, stream));
    } else {
      add(to, memory.row(change.row) + change.at, change.bytes);
    }
  }
  return flush(stream);
}

Status RowUploader::upload_words(cudaStream_t stream, std::byte* to,
                                 std::span<const std::uint32_t> words) {
  const auto bytes = std::as_bytes(words);
  VOXFUSE_TRY(reserve(stream, bytes.size() + sizeof(RowPatch) + 2 * kAligned));
  add(to, bytes.data(), bytes.size());
  return flush(stream);
}

Status RowCollector::create(const EngineLayout& layout, LaneClass lane_class, std::uint32_t depth) {
  layout_ = layout;
  lane_class_ = lane_class;
  depth_ = depth;
  const std::uint32_t payload =
      lane_class == LaneClass::kVocode
          ? layout.vocode_frames_max * layout.frame_samples * std::uint32_t{sizeof(float)}
          : layout.logits_max * std::uint32_t{sizeof(float)};
  const CollectLayout largest = {.codes_bytes = layout.groups * 4, .payload_bytes = payload};
  slot_bytes_ = kAligned + kLanesMax * largest.lane_bytes();
  VOXFUSE_TRY(slots_.allocate(kAligned + depth * slot_bytes_));
  std::memset(slots_.data(), 0, slots_.bytes());
  return counters_.allocate(2 * sizeof(std::uint32_t), "counters");
}

CollectLayout RowCollector::layout_of(const Program& program) const {
  CollectLayout collect = {.codes_bytes = layout_.groups * 4};
  if (lane_class_ == LaneClass::kVocode) {
    collect.payload_bytes = program.header.tokens * layout_.frame_samples * 4;
    collect.payload_at = std::uint64_t{layout_.pcm_at} * kAlignment;
  } else if (program.exports_logits) {
    collect.payload_bytes = layout_.logits_max * 4;
    collect.payload_at = std::uint64_t{layout_.logits_at} * kAlignment;
  }
  return collect;
}

Status RowCollector::enqueue(CudaContext& on, const Program& program,
                             const Addresses& addresses) const {
  CollectArgs args = {.rows = addresses.rows,
                      .row_bytes = row_bytes(layout_),
                      .lane_rows = addresses.lane_rows,
                      .codes_at = std::uint64_t{layout_.codes_at} * kAlignment,
                      .frames_max = layout_.frames_max,
                      .layout = layout_of(program),
                      .slots = slots_.data() + kAligned,
                      .slot_bytes = slot_bytes_,
                      .depth = depth_};
  // Both begin with words.
  args.counters = reinterpret_cast<std::uint32_t*>(counters_.data());
  args.ended = reinterpret_cast<std::uint32_t*>(slots_.data());
  args.fault = on.fault;
  return collect(on, args, program.header.lanes);
}

std::uint32_t RowCollector::ended() const {
  // The first word is the count. Pairs with the fence before the GPU's store of it.
  auto* count = reinterpret_cast<std::uint32_t*>(slots_.data());
  return std::atomic_ref(*count).load(std::memory_order_acquire);
}

Status RowCollector::take(std::uint32_t repeat, const Program& program, const LaneRows& lane_rows,
                          Memory& memory) const {
  const std::byte* slot = slots_.data() + kAligned + repeat % depth_ * slot_bytes_;
  CollectHeader header = {};
  std::memcpy(&header, slot, sizeof header);
  const std::uint64_t lane_bytes = layout_of(program).lane_bytes();
  for (std::uint32_t lane = 0; lane < program.header.lanes; ++lane) {
    if (lane_rows[lane] == scratch_row(layout_)) continue;
    take_lane(slot + kAligned + lane * lane_bytes, program, lane_rows[lane], memory);
  }
  if (header.fault == 0) return {};
  return {static_cast<ErrorCode>(header.fault), "met by a kernel on the GPU"};
}

void RowCollector::take_lane(const std::byte* lane, const Program& program, std::uint32_t row,
                             Memory& memory) const {
  RowState now = {};
  std::memcpy(&now, lane, sizeof now);
  RowState& state = memory.state(row);
  const CollectLayout collect = layout_of(program);
  const std::byte* codes = lane + kAligned;
  const std::byte* payload = codes + CollectLayout::aligned(collect.codes_bytes);
  if (lane_class_ == LaneClass::kVocode) {
    state.vocoded = now.vocoded;
    state.reference_done = now.reference_done;
    std::memcpy(memory.row(row) + collect.payload_at, payload, collect.payload_bytes);
    return;
  }
  if (program.exports_logits) {
    std::memcpy(memory.row(row) + collect.payload_at, payload, collect.payload_bytes);
  }
  if (now.codes_count > state.codes_count && now.codes_count <= layout_.frames_max) {
    const std::size_t first = std::size_t{now.codes_count - 1} * layout_.groups;
    const auto words =
        memory.words(row, layout_.codes_at, std::size_t{layout_.frames_max} * layout_.groups);
    std::memcpy(words.subspan(first).data(), codes, collect.codes_bytes);
    const std::uint32_t code = words[first];
    // As the pick on the GPU has noted it.
    const auto seen = memory.words(row, layout_.seen_at, layout_.seen_words);
    if (code / 32 < layout_.seen_words) seen[code / 32] |= 1u << (code % 32);
  }
  state.codes_count = std::max(state.codes_count, now.codes_count);
  state.position = now.position;
  state.frame = now.frame;
  state.prompt_done = now.prompt_done;
  // A row that was cancelled meanwhile stays so: the GPU may not have heard of it yet.
  const auto cancelled = static_cast<std::uint32_t>(FinishReason::kCancelled);
  if (state.done != 0 && state.finish_reason == cancelled) return;
  state.done = now.done;
  state.finish_reason = now.finish_reason;
}

}  // namespace voxfuse
