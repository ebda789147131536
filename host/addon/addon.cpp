#include <napi.h>

#include "host/addon/shared_region.hpp"
#include "host/addon/sockets.hpp"
#include "shared/gen/protocol.hpp"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("layoutHash", Napi::Number::New(env, voxfuse::kLayoutHash));
  exports.Set("SharedRegion", voxfuse::addon::SharedRegion::define(env));
  exports.Set("socketPair", Napi::Function::New<voxfuse::addon::socket_pair>(env));
  exports.Set("connectUnix", Napi::Function::New<voxfuse::addon::connect_unix>(env));
  exports.Set("peerOf", Napi::Function::New<voxfuse::addon::peer_of>(env));
  exports.Set("closeDescriptor", Napi::Function::New<voxfuse::addon::close_descriptor>(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(voxfuse_addon, initialise)
