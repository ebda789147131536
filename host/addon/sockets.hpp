#pragma once

#include <napi.h>

#include <span>

namespace voxfuse::addon {

/// socketPair(): [number, number], a connected pair of Unix stream sockets, closed on exec.
Napi::Value socket_pair(const Napi::CallbackInfo& info);

/// connectUnix(path): number, a descriptor connected to the socket at `path`.
/// Errors  an Error with `code` (ENOENT, ECONNREFUSED, …); RangeError a path that is too long.
Napi::Value connect_unix(const Napi::CallbackInfo& info);

/// peerOf(descriptor): { pid, uid } of the process that listens at the other end.
Napi::Value peer_of(const Napi::CallbackInfo& info);

/// closeDescriptor(descriptor), for one that no net.Socket owns.
void close_descriptor(const Napi::CallbackInfo& info);

/// Sends `bytes` with the descriptor `attached` as SCM_RIGHTS on `socket`, all at once or not.
/// Errors  the errno of sendmsg(); 0 on success; EMSGSIZE when only a part fitted.
int send_with_descriptor(int socket, std::span<const std::byte> bytes, int attached);

}  // namespace voxfuse::addon
