// A path of a Nix store together with its content, as it travels between machines. All functions are pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace eka::eval {

struct StoreObject {
  std::string path;                     // /nix/store/<hash>-<name>
  std::vector<std::string> references;  // store paths, ascending
  std::string method;                   // how the path follows from the content: "text:sha256:", "fixed:r:sha256:", …
  std::string nar;
};

// The content address that Nix records for the object ("text:sha256:<base 32>"); empty if its path is not the one that
// follows from its content and references. Hashes the content.
std::string content_address(const StoreObject& object);

// The content of a NAR that holds one plain file; nothing for any other.
std::optional<std::string_view> file_in_nar(std::string_view nar);

// Objects as one text, and back. Reading is bounded by the size of the text, and only accepts store paths; it does not
// check that objects are genuine. Kind::integrity.
std::string join(const std::vector<const StoreObject*>& objects);
Result<std::vector<StoreObject>> split_objects(std::string_view text);

}  // namespace eka::eval
