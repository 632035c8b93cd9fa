#include "eval/store/derivation.h"

#include <algorithm>
#include <sstream>

#include <simdjson.h>

#include "base/ascii.h"

namespace eka::eval {
namespace {

// Position of a syntax error. Thrown and caught in this file.
struct Malformed {
  std::size_t at;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void expect(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) throw Malformed{at_};
    at_ += word.size();
  }

  std::string string() {
    expect("\"");
    std::string value;
    while (true) {
      const char c = next();
      if (c == '"') return value;
      value += c == '\\' ? unescaped(next()) : c;
    }
  }

  std::string path() {
    const std::size_t start = at_;
    std::string value = string();
    if (!is_store_path(value)) throw Malformed{start};
    return value;
  }

  // "[" element "," element … "]"
  template <class Element>
  void list(Element element) {
    expect("[");
    for (bool first = true; !at("]"); first = false) {
      if (!first) expect(",");
      element();
    }
    expect("]");
  }

  void end() const {
    if (at_ != text_.size()) throw Malformed{at_};
  }

 private:
  bool at(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  char next() {
    if (at_ == text_.size()) throw Malformed{at_};
    return text_[at_++];
  }
  static char unescaped(char c) {
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      default:
        return c;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::vector<std::string> words_in(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

// Of a derivation with structured attributes, whose environment is one JSON document.
std::vector<std::string> features_in(const std::string& structured) {
  std::vector<std::string> features;
  simdjson::dom::parser parser;
  simdjson::dom::array listed;
  if (parser.parse(structured)["requiredSystemFeatures"].get(listed) != simdjson::SUCCESS) return features;
  for (const simdjson::dom::element feature : listed) {
    if (std::string_view name; feature.get(name) == simdjson::SUCCESS) features.emplace_back(name);
  }
  return features;
}

constexpr std::string_view structured_attributes = "__json";

Derivation read(Reader& in) {
  Derivation derivation;
  in.expect("Derive(");
  in.list([&] {
    in.expect("(");
    std::string name = in.string();
    in.expect(",");
    std::string path = in.path();
    in.expect(",");
    in.string();  // the algorithm and the hash of a fixed output
    in.expect(",");
    in.string();
    in.expect(")");
    derivation.outputs.push_back({.name = std::move(name), .path = std::move(path)});
  });
  in.expect(",");
  in.list([&] {
    in.expect("(");
    InputDerivation input;
    input.path = in.path();
    in.expect(",");
    in.list([&] { input.outputs.push_back(in.string()); });
    in.expect(")");
    derivation.input_derivations.push_back(std::move(input));
  });
  in.expect(",");
  in.list([&] { derivation.input_sources.push_back(in.path()); });
  in.expect(",");
  derivation.system = in.string();
  in.expect(",");
  in.string();  // the builder
  in.expect(",");
  in.list([&] { in.string(); });
  in.expect(",");
  auto& features = derivation.required_system_features;
  in.list([&] {
    in.expect("(");
    const std::string name = in.string();
    in.expect(",");
    const std::string value = in.string();
    in.expect(")");
    if (name == "requiredSystemFeatures") features = words_in(value);
    if (name == structured_attributes) features = features_in(value);
  });
  in.expect(")");
  in.end();
  std::ranges::sort(features);
  features.erase(std::ranges::unique(features).begin(), features.end());
  return derivation;
}

}  // namespace

Result<Derivation> Derivation::parse(std::string_view text) {
  try {
    Reader reader(text);
    return read(reader);
  } catch (const Malformed& malformed) {
    return fail(Kind::evaluation, "invalid derivation: unexpected text at byte " + std::to_string(malformed.at));
  }
}

bool is_store_path(std::string_view path) {
  constexpr std::string_view store = "/nix/store/";
  static constexpr std::string_view digits = "0123456789abcdfghijklmnpqrsvwxyz";  // all letters except e, o, t, u
  if (!path.starts_with(store)) return false;
  path.remove_prefix(store.size());
  if (path.size() < 34 || path.size() > 33 + 211 || path[32] != '-') return false;
  const std::string_view name = path.substr(33);
  return std::ranges::all_of(path.substr(0, 32), [](char c) { return digits.contains(c); }) && name[0] != '.' &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || std::string_view("+-._?=").contains(c); });
}

}  // namespace eka::eval
