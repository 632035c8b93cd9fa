#include "engine/share/entry.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "atom/hash/base_n.h"
#include "engine/share/lines.h"
#include "git/object/deflater.h"
#include "store/zlib/inflate.h"

namespace eka::engine {
namespace {

constexpr std::string_view entry_title = "eka evaluation 1\n";
constexpr std::string_view unsigned_word = "unsigned";
constexpr std::string_view signature_word = "signature ";
constexpr int compression_level = 6;
constexpr std::size_t most_entry_blobs = 1000;

std::optional<std::uint64_t> parsed_number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// The rest of the line `text` after `word`.
std::optional<std::string_view> rest_after(std::string_view text, std::string_view word) {
  if (!text.starts_with(word)) return std::nullopt;
  return text.substr(word.size());
}

// "<word><size>", then that many bytes.
std::optional<std::string> take_block(std::string_view& text, std::string_view word) {
  const auto digits = rest_after(take_line(text), word);
  const auto size = digits ? parsed_number(*digits) : std::nullopt;
  if (!size || *size > text.size()) return std::nullopt;
  std::string out(text.substr(0, static_cast<std::size_t>(*size)));
  text.remove_prefix(out.size());
  return out;
}

std::optional<store::RemoteBlob> blob_in(std::string_view line) {
  store::RemoteBlob out;
  const auto space = line.find(' ');
  if (space == std::string_view::npos || !atom::parse_hex(line.substr(0, space), out.digest)) return std::nullopt;
  const auto size = parsed_number(line.substr(space + 1));
  if (!size) return std::nullopt;
  out.size = *size;
  return out;
}

// What is signed.
std::string signed_part(const SharedEntry& entry) {
  std::string out = "key " + entry.key + "\n";
  for (const auto& blob : entry.blobs) {
    out += "blob " + atom::hex(blob.digest) + " " + std::to_string(blob.size) + "\n";
  }
  out += "evaluation " + std::to_string(entry.evaluation.size()) + "\n" + entry.evaluation;
  return out + "objects " + std::to_string(entry.objects.size()) + "\n" + entry.objects;
}

std::optional<SharedEntry> read_entry(std::string_view content) {
  SharedEntry out;
  const auto key = rest_after(take_line(content), "key ");
  if (!key) return std::nullopt;
  out.key = *key;
  while (content.starts_with("blob ")) {
    const auto blob = blob_in(take_line(content).substr(5));
    if (!blob || out.blobs.size() == most_entry_blobs) return std::nullopt;
    out.blobs.push_back(*blob);
  }
  auto evaluation = take_block(content, "evaluation ");
  auto objects = evaluation ? take_block(content, "objects ") : std::nullopt;
  if (!objects || !content.empty()) return std::nullopt;
  out.evaluation = *std::move(evaluation);
  out.objects = *std::move(objects);
  return out;
}

}  // namespace

std::string SharedEntry::text(const atom::SecretKey* signer) const {
  const std::string content = signed_part(*this);
  const std::string first = signer == nullptr
                                ? std::string(unsigned_word)
                                : std::string(signature_word) + signer->sign(std::string(entry_title) + content);
  return std::string(entry_title) + first + "\n" + content;
}

Result<SharedEntry> SharedEntry::parse(std::string_view text, std::span<const atom::PublicKey> keys, bool& is_signed) {
  is_signed = false;
  std::optional<SharedEntry> entry;
  if (text.starts_with(entry_title)) {
    text.remove_prefix(entry_title.size());
    const auto first = take_line(text);
    if (const auto signature = rest_after(first, signature_word)) {
      is_signed = atom::is_signed(keys, std::string(entry_title) + std::string(text), *signature);
    }
    entry = read_entry(text);
  }
  if (!entry) return fail(Kind::integrity, "the entry is malformed");
  return *std::move(entry);
}

atom::Sha256::Value place_of_entry(std::string_view key) {
  return atom::Sha256().update(entry_title).update(key).finish();
}

std::string compressed(std::string_view text) {
  std::string out;
  git::Deflater(compression_level).append(out, text);
  return out;
}

Result<std::string> decompressed(std::string_view bytes, std::size_t limit) {
  constexpr std::size_t piece = std::size_t{256} << 10;
  std::string out;
  try {
    store::Inflater inflater;
    auto input = std::as_bytes(std::span(bytes));
    while (true) {
      const std::size_t before = out.size();
      out.resize(before + piece);
      const auto step = inflater.step(input, std::as_writable_bytes(std::span(out).subspan(before)));
      out.resize(before + step.produced);
      input = input.subspan(step.consumed);
      if (step.ended && input.empty()) return out;
      if (out.size() > limit)
        return fail(Kind::integrity, "the data is larger than " + std::to_string(limit) + " bytes");
      if (step.ended || (step.produced == 0 && step.consumed == 0)) break;
    }
  } catch (const Error&) {
    // Reported below.
  }
  return fail(Kind::integrity, "the data is not compressed with zlib, or truncated");
}

}  // namespace eka::engine
