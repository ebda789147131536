#pragma once

#include <napi.h>

#include <vector>

#include "host/addon/region_memory.hpp"
#include "shared/region.hpp"

namespace voxfuse::addon {

/// The host's face of the shared region, as the JavaScript class SharedRegion.
///
/// Everything that leaves it is a copy. Every argument is checked; a wrong one throws TypeError or
/// RangeError. After close() every method but close() throws.
class SharedRegion : public Napi::ObjectWrap<SharedRegion> {
 public:
  static Napi::Function define(Napi::Env env);

  /// new SharedRegion({ rows, groups, frameSamples, logitsMax })
  explicit SharedRegion(const Napi::CallbackInfo& info);

 private:
  /// send(descriptor, bytes): passes the memory to the peer along with its first bytes; once.
  void send(const Napi::CallbackInfo& info);
  /// submit(bytes): boolean, false when every slot is taken.
  Napi::Value submit(const Napi::CallbackInfo& info);
  /// mustRing(): boolean, whether to send a doorbell for what was just submitted or taken.
  Napi::Value must_ring(const Napi::CallbackInfo& info);
  /// takeCompletions(): Buffer[], oldest first: header and lane results of each.
  Napi::Value take_completions(const Napi::CallbackInfo& info);
  /// output(row): OutputHeader's counts; all zero while the row is being opened.
  Napi::Value output(const Napi::CallbackInfo& info);
  /// readCodes(row, firstFrame, frames): Uint32Array of frames × groups.
  Napi::Value read_codes(const Napi::CallbackInfo& info);
  /// readPcm(row, firstFrame, frames): Float32Array of frames × frameSamples.
  Napi::Value read_pcm(const Napi::CallbackInfo& info);
  /// readLogits(row, count): Float32Array of the last published logits.
  Napi::Value read_logits(const Napi::CallbackInfo& info);
  /// armed(): boolean. Announces that the host is about to sleep and looks once more: false when a
  /// completion waits, or an output's counts are others than output(row) or armed() saw last.
  Napi::Value armed(const Napi::CallbackInfo& info);
  /// close(): unmaps.
  void close(const Napi::CallbackInfo& info);

  void require_open(Napi::Env env) const;
  /// The first frame of a checked request, counted in the output ring.
  struct Frames {
    std::uint32_t row;
    std::uint32_t first;
    std::uint32_t count;
  };
  Frames frames_argument(const Napi::CallbackInfo& info, std::uint32_t OutputCounts::* published);
  std::uint32_t row_argument(const Napi::CallbackInfo& info) const;

  RegionMemory memory_;
  RegionView view_;
  RingProducer submissions_;
  RingConsumer completions_;
  SleepFlag sidecar_asleep_;
  SleepFlag host_asleep_;
  std::vector<OutputCounts> seen_;  ///< By row: what JavaScript was told, or armed() saw.
};

}  // namespace voxfuse::addon
