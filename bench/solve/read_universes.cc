#include <simdjson.h>

#include "base/error.h"
#include "solve/universe.h"

namespace eka::bench {
namespace {

using resolve::Dependency;
using simdjson::dom::element;
using simdjson::dom::object;

// Universes contain few distinct requirements: each is parsed once.
class Reader {
 public:
  Universe read(const object& document) {
    Universe out;
    for (const auto [key, value] : document) {
      if (key == "name") out.title = text(value);
    }
    try {
      fill(out, document);
    } catch (Error& error) {
      throw std::move(error.within("reading the universe " + out.title));
    }
    return out;
  }

 private:
  void fill(Universe& out, const object& document) {
    read_packages(out, document);
    for (const auto [key, value] : document) {
      if (key == "root") {
        out.request.root = dependencies(out, table(value));
      } else if (key == "locked") {
        for (const auto [label, version] : table(value)) {
          out.request.locked.push_back({out.intern(label), unwrap(atom::Version::parse(text(version)))});
        }
      } else if (key == "expect") {
        out.expect_solvable = text(value) == "sat";
      } else if (key == "solution" && value.is_object()) {
        out.expect_solution.emplace();
        for (const auto [label, version] : table(value)) {
          out.expect_solution->emplace(std::string(label), std::string(text(version)));
        }
      } else if (key == "absent") {
        for (const auto [label, why] : table(value)) out.explain_absence(out.intern(label), std::string(text(why)));
      } else if (key == "unusable") {
        for (const auto [label, versions] : table(value)) {
          for (const auto [version, why] : table(versions)) {
            out.make_unusable(out.intern(label), unwrap(atom::Version::parse(version)), std::string(text(why)));
          }
        }
      }
    }
  }

  void read_packages(Universe& out, const object& document) {
    for (const auto [key, value] : document) {
      if (key != "packages") continue;
      for (const auto [label, versions] : table(value)) publish(out, label, table(versions));
    }
  }

  void publish(Universe& out, std::string_view label, const object& versions) {
    const resolve::PackageId package = out.intern(label);
    std::vector<std::pair<atom::Version, resolve::Manifest>> list;
    for (const auto [version, needs] : versions) {
      list.emplace_back(unwrap(atom::Version::parse(version)), resolve::Manifest{dependencies(out, table(needs)), {}});
    }
    out.publish(package, std::move(list));
  }

  std::vector<Dependency> dependencies(Universe& out, const object& needs) {
    std::vector<Dependency> list;
    for (const auto [label, requirement] : needs) {
      list.push_back({out.intern(label), {}, {}});
      if (requirement.is_string()) {
        list.back().requirement = requirement_of(text(requirement));
        continue;
      }
      for (const auto [key, value] : table(requirement)) {
        if (key == "requirement") list.back().requirement = requirement_of(text(value));
        if (key == "note") list.back().note = std::string(text(value));
      }
    }
    return list;
  }

  const atom::Requirement& requirement_of(std::string_view text) {
    const auto it = requirements_.find(std::string(text));
    if (it != requirements_.end()) return it->second;
    return requirements_.emplace(std::string(text), unwrap(atom::Requirement::parse(text))).first->second;
  }

  static std::string_view text(const element& value) {
    std::string_view out;
    if (value.get(out) != simdjson::SUCCESS) throw Error(Kind::usage, "a string was expected");
    return out;
  }
  static object table(const element& value) {
    object out;
    if (value.get(out) != simdjson::SUCCESS) throw Error(Kind::usage, "an object was expected");
    return out;
  }

  std::unordered_map<std::string, atom::Requirement> requirements_;
};

}  // namespace

std::vector<Universe> read_universes(const std::filesystem::path& file) {
  simdjson::dom::parser parser;
  element document;
  if (const auto error = parser.load(file.string()).get(document); error != simdjson::SUCCESS) {
    throw Error(Kind::usage, file.string() + ": " + simdjson::error_message(error));
  }
  Reader reader;
  std::vector<Universe> out;
  try {
    simdjson::dom::array array;
    if (document.get(array) == simdjson::SUCCESS) {
      for (const element& item : array) {
        object one;
        if (item.get(one) != simdjson::SUCCESS) throw Error(Kind::usage, "an object was expected");
        out.push_back(reader.read(one));
      }
    } else {
      object one;
      if (document.get(one) != simdjson::SUCCESS) throw Error(Kind::usage, "an object or an array was expected");
      out.push_back(reader.read(one));
    }
  } catch (Error& error) {
    throw std::move(error.within("reading " + file.string()));
  }
  return out;
}

}  // namespace eka::bench
