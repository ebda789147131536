#include "host/addon/region_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace voxfuse::addon {
namespace {

constexpr std::uint32_t kSubmissionSlots = 16;
constexpr std::uint32_t kSubmissionSlotBytes = 256 * 1024;
constexpr std::uint32_t kCompletionSlots = 32;
constexpr std::uint64_t kCompletionSlotBytesMin = 4096;

}  // namespace

RegionHeader region_header(const RegionShape& shape) {
  const OutputPlaces places = OutputPlaces::of(shape.groups, shape.frame_samples, shape.logits_max);
  const std::uint64_t completion_bytes =
      sizeof(CompletionHeader) + std::uint64_t{shape.rows} * sizeof(LaneResult);

  RegionHeader header{};
  header.layout_hash = kLayoutHash;
  header.submission_slots = kSubmissionSlots;
  header.submission_slot_bytes = kSubmissionSlotBytes;
  header.completion_slots = kCompletionSlots;
  // The limits on the shape keep both below 2^32.
  header.completion_slot_bytes = static_cast<std::uint32_t>(
      std::max(kCompletionSlotBytesMin, round_up(completion_bytes, kCompletionSlotUnit)));
  header.output_rows = shape.rows;
  header.output_stride = static_cast<std::uint32_t>(round_up(places.bytes, kRegionPageBytes));
  header.groups = shape.groups;
  header.frame_samples = shape.frame_samples;
  header.logits_max = shape.logits_max;
  header.host_pid = static_cast<std::uint32_t>(::getpid());

  header.submission_offset = sizeof(RegionHeader);
  header.completion_offset =
      header.submission_offset + std::uint64_t{kSubmissionSlots} * kSubmissionSlotBytes;
  header.output_offset = round_up(
      header.completion_offset + std::uint64_t{kCompletionSlots} * header.completion_slot_bytes,
      kRegionPageBytes);
  header.region_bytes = header.output_offset + std::uint64_t{shape.rows} * header.output_stride;
  return header;
}

const char* RegionMemory::create(const RegionHeader& header) {
  bytes_ = header.region_bytes;
  const char* failed = map_and_seal();
  if (failed != nullptr) {
    const int error = errno;
    close();
    errno = error;
    return failed;
  }
  std::memcpy(base_, &header, sizeof header);
  const std::uint32_t magic = kRegionMagic;
  // The region is handed over by sendmsg(), which orders this store for the other process.
  std::memcpy(base_ + offsetof(RegionHeader, magic), &magic, sizeof magic);
  return nullptr;
}

/// Sealed after mapping: from then on no one, we included, can make the mapping fault.
const char* RegionMemory::map_and_seal() {
  descriptor_ = ::memfd_create("voxfuse-region", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor_ < 0) return "memfd_create";
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes_)) != 0) return "ftruncate";
  void* mapped = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (mapped == MAP_FAILED) return "mmap";
  base_ = static_cast<std::byte*>(mapped);
  if (::fcntl(descriptor_, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    return "fcntl";
  }
  return nullptr;
}

void RegionMemory::close() {
  if (base_ != nullptr) ::munmap(base_, bytes_);
  base_ = nullptr;
  close_descriptor();
}

void RegionMemory::close_descriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace voxfuse::addon
