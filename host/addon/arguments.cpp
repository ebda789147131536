#include "host/addon/arguments.hpp"

#include <cmath>
#include <cstring>
#include <limits>

namespace voxfuse::addon {

std::uint64_t integer_argument(const Napi::Value& value, const char* name, std::uint64_t min,
                               std::uint64_t max) {
  const Napi::Env env = value.Env();
  if (!value.IsNumber()) throw Napi::TypeError::New(env, std::string(name) + " is not a number");
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!std::isfinite(number) || std::trunc(number) != number) {
    throw Napi::TypeError::New(env, std::string(name) + " is not an integer");
  }
  if (number < static_cast<double>(min) || number > static_cast<double>(max)) {
    throw Napi::RangeError::New(env, std::string(name) + " is not between " + std::to_string(min) +
                                         " and " + std::to_string(max));
  }
  return static_cast<std::uint64_t>(number);
}

std::uint32_t u32_argument(const Napi::Value& value, const char* name, std::uint32_t min,
                           std::uint32_t max) {
  return static_cast<std::uint32_t>(integer_argument(value, name, min, max));
}

int descriptor_argument(const Napi::Value& value) {
  return static_cast<int>(
      integer_argument(value, "descriptor", 0, std::numeric_limits<int>::max()));
}

std::span<const std::byte> bytes_argument(const Napi::Value& value, const char* name) {
  const bool is_bytes =
      value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  if (!is_bytes) {
    throw Napi::TypeError::New(value.Env(), std::string(name) + " is not a Uint8Array");
  }
  const auto array = value.As<Napi::Uint8Array>();
  return std::as_bytes(std::span(array.Data(), array.ElementLength()));
}

Napi::Error system_error(Napi::Env env, const char* call, int error_number) {
  const char* code = ::strerrorname_np(error_number);
  const std::string name = code != nullptr ? code : std::to_string(error_number);
  Napi::Error error =
      Napi::Error::New(env, name + ": " + ::strerrordesc_np(error_number) + ", " + call);
  error.Set("code", Napi::String::New(env, name));
  error.Set("syscall", Napi::String::New(env, call));
  return error;
}

}  // namespace voxfuse::addon
