#include "cli/ci/json_of.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace eka::cli {

namespace dom = simdjson::dom;

atom::Json json_of(dom::element element) {
  switch (element.type()) {
    case dom::element_type::ARRAY: {
      atom::Json out{atom::Json::Array{}};
      for (const dom::element one : element.get_array()) out.push_back(json_of(one));
      return out;
    }
    case dom::element_type::OBJECT: {
      atom::Json out{atom::Json::Object{}};
      for (const auto& [key, value] : element.get_object()) out[std::string(key)] = json_of(value);
      return out;
    }
    case dom::element_type::INT64:
      return std::int64_t(element);
    case dom::element_type::UINT64:
      return std::uint64_t(element);
    case dom::element_type::DOUBLE:
      return double(element);
    case dom::element_type::STRING:
      return std::string_view(element);
    case dom::element_type::BOOL:
      return bool(element);
    case dom::element_type::NULL_VALUE:
      return {};
  }
  return {};
}

}  // namespace eka::cli
