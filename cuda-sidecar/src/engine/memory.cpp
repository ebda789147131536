#include "cuda-sidecar/src/engine/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace voxfuse {

Pages::~Pages() {
  if (mapping_ != nullptr) munmap(mapping_, mapping_bytes_);
}

void Pages::swap(Pages& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(mapping_bytes_, other.mapping_bytes_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
}

Status Pages::allocate(std::uint64_t bytes) {
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t body = (bytes + page - 1) / page * page;
  const std::uint64_t whole = body + 2 * page;
  void* mapping =
      mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) return {ErrorCode::kNoMemory, "the address space is full"};
  Pages fresh;
  fresh.mapping_ = static_cast<std::byte*>(mapping);
  fresh.mapping_bytes_ = whole;
  if (body != 0 && mprotect(fresh.mapping_ + page, body, PROT_READ | PROT_WRITE) != 0) {
    return {ErrorCode::kNoMemory, "memory for rows, caches or activations was refused"};
  }
  fresh.data_ = fresh.mapping_ + page + (body - bytes);
  fresh.bytes_ = bytes;
  *this = std::move(fresh);
  return {};
}

Status Memory::allocate(const EngineLayout& layout) {
  Pages rows;
  Pages kv;
  VOXFUSE_TRY(rows.allocate(rows_bytes(layout)));
  VOXFUSE_TRY(kv.allocate(kv_bytes(layout)));
  layout_ = layout;
  rows_ = std::move(rows);
  kv_ = std::move(kv);
  for (LaneRows& lane_rows : lane_rows_) lane_rows.fill(scratch_row(layout));
  for (std::uint32_t row = 0; row < layout.rows; ++row) {
    std::ranges::fill(words(row, layout.page_table_at, layout.pages_max), scratch_page(layout));
  }
  // Done, so that no *_begin op ever finds work on the scratch row.
  state(scratch_row(layout)).done = 1;
  for (std::uint32_t row = 0; row < layout.rows; ++row) {
    changed({.row = row, .at = 0, .bytes = sizeof(RowState)});
    changed({.row = row,
             .at = std::uint64_t{layout.page_table_at} * kAlignment,
             .bytes = layout.pages_max * sizeof(std::uint32_t)});
  }
  return {};
}

Status Memory::grow_arena(LaneClass lane_class, std::uint32_t units, bool& grown) {
  Pages& arena = arenas_[index(lane_class)];
  const std::uint64_t bytes = std::uint64_t{units} * kAlignment;
  grown = bytes > arena.bytes();
  return grown ? arena.allocate(bytes) : Status();
}

}  // namespace voxfuse
