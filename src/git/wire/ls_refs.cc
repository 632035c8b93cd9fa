#include "git/wire/ls_refs.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "git/wire/ref.h"

namespace eka::git {
namespace {

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

}  // namespace

std::string ls_refs_request(const Capabilities& server, std::span<const std::string> prefixes) {
  PacketWriter out;
  out.line("command=ls-refs");
  write_client_capabilities(out, server);
  out.delimiter().line("peel").line("symrefs");
  for (const std::string& prefix : prefixes) out.line("ref-prefix " + prefix);
  return std::move(out.flush()).take();
}

bool matches_any(std::string_view name, std::span<const std::string> prefixes) {
  return prefixes.empty() ||
         std::ranges::any_of(prefixes, [name](const std::string& prefix) { return name.starts_with(prefix); });
}

RefPrefixes::RefPrefixes(std::vector<std::string> prefixes) {
  std::ranges::sort(prefixes);
  for (std::string& prefix : prefixes) {
    if (prefixes_.empty() || !prefix.starts_with(prefixes_.back())) prefixes_.push_back(std::move(prefix));
  }
}

// A prefix of `name` is not after it, and no other prefix is between the two.
bool RefPrefixes::match(std::string_view name) const {
  if (prefixes_.empty()) return true;
  const auto after = std::ranges::upper_bound(prefixes_, name);
  return after != prefixes_.begin() && name.starts_with(*std::prev(after));
}

LsRefsParser::LsRefsParser(std::vector<std::string> prefixes, LsRefsLimits limits)
    : prefixes_(std::move(prefixes)), limits_(limits) {}

Result<void> LsRefsParser::feed(std::string_view bytes) {
  bytes_ += bytes.size();
  if (bytes_ > limits_.bytes) {
    return fail(Kind::remote, "the ref list is longer than " + std::to_string(limits_.bytes) + " bytes");
  }
  reader_.feed(bytes);
  while (true) {
    const auto packet = reader_.next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) return {};
    if (auto taken = take(**packet); !taken) return taken;
  }
}

Result<void> LsRefsParser::take(const Packet& packet) {
  if (auto error = error_packet(packet)) return std::unexpected(*std::move(error));
  if (complete_) return malformed("data after the end of the ref list");
  if (packet.is(Packet::Type::flush)) {
    complete_ = true;
    return {};
  }
  if (!packet.is(Packet::Type::data)) return malformed("delimiter in the ref list");
  return take_line(packet.text());
}

Result<void> LsRefsParser::take_line(std::string_view line) {
  std::string_view rest = line;
  const std::string_view id_text = take_word(rest);
  const std::string_view name = take_word(rest);
  if (!is_ref_name(name)) return malformed("\"" + printable(name, 100) + "\" is not a valid ref name");
  const bool unborn = id_text == "unborn";
  Ref ref{.name = std::string(name), .id = {}, .peeled = {}, .symref_target = {}};
  if (!unborn) {
    const auto id = atom::ObjectId::parse(id_text);
    if (!id) return malformed("\"" + printable(id_text, 100) + "\" is not an object id");
    ref.id = *id;
  }
  while (!rest.empty()) {
    const std::string_view attribute = take_word(rest);
    if (attribute.starts_with("symref-target:")) {
      const std::string_view target = attribute.substr(attribute.find(':') + 1);
      if (!is_ref_name(target)) return malformed("\"" + printable(target, 100) + "\" is not a valid ref name");
      ref.symref_target = std::string(target);
    } else if (attribute.starts_with("peeled:")) {
      const auto peeled = atom::ObjectId::parse(attribute.substr(attribute.find(':') + 1));
      if (!peeled) return malformed("\"" + printable(attribute, 100) + "\" has no object id");
      ref.peeled = *peeled;
    }  // otherwise an attribute of a later version of git: ignored
  }
  if (unborn || !prefixes_.match(name)) return {};
  if (refs_.size() == limits_.refs) {
    return fail(Kind::remote, "the remote lists more than " + std::to_string(limits_.refs) + " refs");
  }
  refs_.push_back(std::move(ref));
  return {};
}

Result<std::vector<Ref>> LsRefsParser::finish() && {
  if (!complete_ || !reader_.between_packets()) return std::unexpected(truncated_error("in the ref list"));
  std::ranges::sort(refs_, {}, &Ref::name);
  const auto twice = std::ranges::adjacent_find(refs_, {}, &Ref::name);
  if (twice != refs_.end()) return malformed("duplicate ref " + printable(twice->name, 100));
  return std::move(refs_);
}

}  // namespace eka::git
