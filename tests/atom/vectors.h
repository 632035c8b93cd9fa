// The test vectors in tests/vectors.
#pragma once

#include <string>

#include <simdjson.h>

namespace eka::atom {

// Keeps the parsed document alive.
class Vectors {
 public:
  explicit Vectors(const std::string& file) : root_(parser_.load(std::string(EKA_VECTORS) + "/" + file)) {}
  simdjson::dom::element operator*() const { return root_; }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

inline std::string text_of(simdjson::dom::element element) {
  return std::string(std::string_view(element));
}

}  // namespace eka::atom
