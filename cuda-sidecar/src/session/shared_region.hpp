#pragma once

#include <cstddef>

#include "cuda-sidecar/src/session/control_channel.hpp"
#include "kernels/support/status.hpp"
#include "shared/region.hpp"

namespace voxfuse {

/// The shared region as mapped: sealed, so that its size cannot change under us.
class SharedRegion {
 public:
  SharedRegion() = default;
  SharedRegion(const SharedRegion&) = delete;
  SharedRegion& operator=(const SharedRegion&) = delete;
  ~SharedRegion();

  /// Checks seals and size of the host's memory, maps it and checks a copy of its header.
  ///
  /// Errors   kBadMemory, kBadHeader, kLayoutMismatch; nothing stays mapped.
  Status open(Descriptor memory);

  bool is_open() const { return base_ != nullptr; }
  const RegionView& view() const { return view_; }

 private:
  void unmap();

  std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  RegionView view_;
};

}  // namespace voxfuse
