#pragma once

#include <napi.h>

#include <cstdint>
#include <span>
#include <string>

// What JavaScript hands in, checked. Exceptions stay inside the addon: node-addon-api turns each
// into a JavaScript one at the boundary.
namespace voxfuse::addon {

/// An integer from `min` to `max`, both at most 2^53.
/// Errors  TypeError not an integer; RangeError outside the limits.
std::uint64_t integer_argument(const Napi::Value& value, const char* name, std::uint64_t min,
                               std::uint64_t max);

/// The same for u32.
std::uint32_t u32_argument(const Napi::Value& value, const char* name, std::uint32_t min,
                           std::uint32_t max);

/// A file descriptor's number; whether it is open is for the kernel to say.
int descriptor_argument(const Napi::Value& value);

/// The bytes of a Uint8Array (a Buffer is one), valid until JavaScript runs again.
/// Errors  TypeError anything else.
std::span<const std::byte> bytes_argument(const Napi::Value& value, const char* name);

/// A JavaScript Error with `code` (as ENOENT) and `syscall`, as Node's own have them.
Napi::Error system_error(Napi::Env env, const char* call, int error_number);

}  // namespace voxfuse::addon
