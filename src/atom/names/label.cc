#include "atom/names/label.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "atom/names/folding.h"
#include "base/ascii.h"
#include "base/text.h"
#include "base/utf8.h"

namespace eka::atom {
namespace {

constexpr std::size_t length_limit = 128;
// Limits the input of normalization. NFKC shortens a text only by a small factor.
constexpr std::size_t input_limit = 16 * length_limit;

// A kind of name: its term, and the characters it allows in addition to those of an identifier.
struct Rule {
  std::string_view kind;
  std::string_view extra;
};

bool starts(UChar32 point) {
  return u_hasBinaryProperty(point, UCHAR_XID_START) != 0;
}
// The characters that Unicode 15.1 added to XID_Continue: two invisible ones, and the middle dots of Katakana. Without
// them a name is valid with each version of ICU or with none.
bool is_recent(UChar32 point) {
  return point == 0x200c || point == 0x200d || point == 0x30fb || point == 0xff65;
}
bool continues(UChar32 point) {
  return !is_recent(point) && u_hasBinaryProperty(point, UCHAR_XID_CONTINUE) != 0;
}

std::string show(UChar32 point) {
  std::string raw;
  icu::UnicodeString(point).toUTF8String(raw);
  const std::string shown = printable(raw);
  if (shown == raw && u_isgraph(point) != 0 && u_charType(point) != U_NON_SPACING_MARK) return "“" + raw + "”";
  char code[16];
  std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(point));
  return code;
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

// Describes all invalid characters in `text`; empty if there are none.
std::string objections(std::string_view text, const Rule& rule) {
  std::vector<std::string> bad;
  const std::size_t size = text.size();
  const bool dots = text.find("..") != std::string_view::npos;
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    const auto point = static_cast<UChar32>(next.value);
    if (text.size() == size && !starts(point)) return "must not start with " + show(point);
    text.remove_prefix(next.length);
    const bool extra = next.value < 0x80 && rule.extra.find(static_cast<char>(next.value)) != std::string_view::npos;
    if (extra || continues(point)) continue;
    if (std::string shown = show(point); std::find(bad.begin(), bad.end(), shown) == bad.end()) bad.push_back(shown);
  }
  if (!bad.empty()) return "invalid character" + std::string(bad.size() > 1 ? "s " : " ") + join(bad);
  return dots ? "must not contain “..”" : "";
}

Result<std::string> normalize(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  std::string out;
  if (U_SUCCESS(status)) {
    icu::StringByteSink<std::string> sink(&out);
    nfkc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr,
                        status);
  }
  if (U_FAILURE(status))
    return fail(Kind::failure, std::string("Unicode normalization failed: ") + u_errorName(status));
  return out;
}

// Whether `text` is a valid name of ASCII characters: normalization does not change it, and ICU is not needed.
bool is_plain_name(std::string_view text, const Rule& rule) {
  if (text.empty() || text.size() > length_limit || !is_letter(text.front())) return false;
  return text.find("..") == std::string_view::npos && std::ranges::all_of(text, [&](char c) {
           return is_alphanumeric(c) || c == '_' || rule.extra.find(c) != std::string_view::npos;
         });
}

Result<std::string> parse_name(std::string_view text, const Rule& rule) {
  if (is_plain_name(text, rule)) return std::string(text);
  const auto refuse = [&](const std::string& why) {
    return fail(Kind::usage, "invalid " + std::string(rule.kind) + " “" + printable(text, 160) + "”: " + why);
  };
  if (text.empty()) return fail(Kind::usage, "the " + std::string(rule.kind) + " is empty");
  const auto too_long = [&] { return refuse("longer than " + std::to_string(length_limit) + " bytes"); };
  if (text.size() > input_limit) return too_long();
  if (!is_utf8(text)) return refuse("invalid UTF-8");
  auto name = normalize(text);
  if (!name) return name;
  if (const std::string why = objections(*name, rule); !why.empty()) return refuse(why);
  if (name->size() > length_limit) return too_long();
  return name;
}

}  // namespace

Result<Label> Label::parse(std::string_view text) {
  auto name = parse_name(text, {"label", "-"});
  if (!name) return std::unexpected(std::move(name).error());
  return Label(*std::move(name));
}

Result<Tag> Tag::parse(std::string_view text) {
  auto name = parse_name(text, {"tag", "-.:"});
  if (!name) return std::unexpected(std::move(name).error());
  return Tag(*std::move(name));
}

// Defined here because only this file includes ICU.
std::string folded(std::string_view name) {
  if (!is_utf8(name)) return std::string(name);
  auto text = icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())});
  UErrorCode status = U_ZERO_ERROR;
  const auto* decompose = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status) != 0) return std::string(name);
  const auto decomposed = decompose->normalize(text.foldCase(), status);
  if (U_FAILURE(status) != 0) return std::string(name);
  std::string out;
  decomposed.toUTF8String(out);
  return out;
}

}  // namespace eka::atom
