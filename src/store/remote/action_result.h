// Bazel's message ActionResult (remote_execution.proto), of which eka uses two fields: a text and a list of blobs.
//
// Servers made for Bazel, such as bazel-remote, check that results are such messages, and keep the blobs that a result
// names as long as the result. Others store any bytes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/digest.h"

namespace eka::store {

// A blob in `cas/`.
struct RemoteBlob {
  atom::Sha256::Value digest{};
  std::uint64_t size = 0;

  static RemoteBlob of(std::string_view content);
  friend auto operator<=>(const RemoteBlob&, const RemoteBlob&) = default;
};

struct ActionResult {
  std::string text;               // stdout_raw
  std::vector<RemoteBlob> blobs;  // output_files
};

std::string write_action_result(const ActionResult& result);
// Unknown fields are skipped; nothing if the bytes are not such a message. Linear.
std::optional<ActionResult> read_action_result(std::string_view bytes);

}  // namespace eka::store
