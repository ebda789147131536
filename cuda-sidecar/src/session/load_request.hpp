#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cuda-sidecar/src/engine/engine.hpp"
#include "cuda-sidecar/src/session/msgpack.hpp"

namespace voxfuse {

/// A `load` message, taken apart.
struct LoadRequest {
  BackendChoice backend;
  std::vector<std::string> files;
  std::vector<TensorSpec> tensors;
  EngineLayout layout = {};
  std::string record;  ///< File to record into; empty for none.
};

/// Errors   kBadControl; `subject` names the field or tensor that is not of its form.
Status parse_load(const msgpack::Value& message, LoadRequest& out, std::string& subject);

/// The bytes of a `weights` message's entries; kBadControl when there are none.
Status parse_weights(const msgpack::Value& message, std::span<const std::byte>& entries);

/// What an `encode` message asks for, but its id; kBadControl when it is not of its form.
Status parse_encode(const msgpack::Value& message, EncodeJob& out);

/// The file of a `trace` message; kBadControl when it is no path.
Status parse_trace(const msgpack::Value& message, std::string& file);

/// Makes an engine, takes its memory and maps its tensors.
///
/// Errors   kUnsupported, kBadControl, kNoMemory, kBadWeight; `subject` names what it is about.
Status make_engine(const LoadRequest& request, EngineListener& listener,
                   std::unique_ptr<Engine>& out, std::string& subject);

}  // namespace voxfuse
