#include "cuda-sidecar/src/load/weight_arena.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace voxfuse {

namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kBlockBytes = 16 * kHugePage;

constexpr std::size_t round_up(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

}  // namespace

WeightArena::~WeightArena() { give_back({0, 0}); }

std::byte* WeightArena::take(std::size_t bytes) {
  const std::size_t size = round_up(bytes, kCacheLine);
  if (size < bytes) return nullptr;
  if (blocks_.empty() || blocks_.back().bytes - blocks_.back().used < size) {
    const std::size_t block = std::max(kBlockBytes, round_up(size, kHugePage));
    if (block < size) return nullptr;
    auto* base = static_cast<std::byte*>(std::aligned_alloc(kHugePage, block));
    if (base == nullptr) return nullptr;
    // A hint: where the system has no huge pages, the weights are the same, only slower to read.
    (void)madvise(base, block, MADV_HUGEPAGE);
    blocks_.push_back({base, block, 0});
  }
  Block& last = blocks_.back();
  std::byte* data = last.base + last.used;
  last.used += size;
  return data;
}

WeightArena::Mark WeightArena::mark() const {
  return {blocks_.size(), blocks_.empty() ? 0 : blocks_.back().used};
}

void WeightArena::give_back(Mark mark) {
  while (blocks_.size() > mark.blocks) {
    std::free(blocks_.back().base);
    blocks_.pop_back();
  }
  if (!blocks_.empty()) blocks_.back().used = mark.used;
}

}  // namespace voxfuse
