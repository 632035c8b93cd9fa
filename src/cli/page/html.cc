#include "cli/page/html.h"

#include <fmt/format.h>

#include "atom/hash/base_n.h"
#include "atom/hash/digest.h"
#include "base/text.h"

namespace eka::cli::page {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text, unlimited, true)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string data_block(std::string_view id, const atom::Json& document) {
  std::string json;
  for (const char c : printable_json(document.canonical())) {
    if (c == '<') {
      json += "\\u003c";
    } else {
      json += c;
    }
  }
  return fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", id, json);
}

std::string whole(std::string_view title, std::string_view css, std::string_view body, std::string_view js) {
  const std::string policy = fmt::format("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'",
                                         atom::base64(atom::Sha256::of(js)));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n{}<script>{}</script>\n</body>\n</html>\n",
      policy, escaped(title), css, body, js);
}

}  // namespace eka::cli::page
