#include "cuda-sidecar/src/session/shared_region.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace voxfuse {

SharedRegion::~SharedRegion() { unmap(); }

void SharedRegion::unmap() {
  if (base_ != nullptr) munmap(base_, bytes_);
  base_ = nullptr;
}

Status SharedRegion::open(Descriptor memory) {
  if (!memory) return {ErrorCode::kBadMemory, "no memory descriptor came with hello"};
  VOXFUSE_REQUIRE(!is_open(), kBadMemory);
  constexpr int kSeals = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  const int seals = fcntl(memory.get(), F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals) {
    return {ErrorCode::kBadMemory, "the memory's size is not sealed"};
  }
  struct stat about = {};
  if (fstat(memory.get(), &about) != 0 || about.st_size <= 0) {
    return {ErrorCode::kBadMemory, "the memory has no size"};
  }
  bytes_ = static_cast<std::size_t>(about.st_size);
  void* mapping = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (mapping == MAP_FAILED) return {ErrorCode::kBadMemory, "the memory cannot be mapped"};
  base_ = static_cast<std::byte*>(mapping);
  const RegionFault fault = RegionView::open(base_, bytes_, view_);
  if (fault.ok()) return {};
  unmap();
  return {fault.code, fault.what};
}

}  // namespace voxfuse
