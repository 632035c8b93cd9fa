#include "git/wire/v0_refs.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace eka::git {
namespace {

constexpr std::string_view no_refs = "capabilities^{}";
constexpr std::string_view peeled_mark = "^{}";

}  // namespace

Result<void> V0RefsParser::feed(std::string_view bytes) {
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

Result<void> V0RefsParser::take(const Packet& packet) {
  if (auto error = error_packet(packet)) return std::unexpected(*std::move(error));
  if (state_ == State::complete) return malformed("data after the end of the ref list");
  if (packet.is(Packet::Type::flush)) {
    state_ = state_ == State::after_service ? State::first : State::complete;
    return {};
  }
  if (!packet.is(Packet::Type::data)) return malformed("delimiter in the ref list");
  if (state_ == State::start && packet.text() == "# service=git-upload-pack") {
    state_ = State::after_service;
    return {};
  }
  if (state_ == State::after_service) return malformed("no flush packet after the greeting");
  std::string_view line = packet.text();
  if (state_ != State::refs) {
    if (line == "version 1") return {};
    const auto end = line.find('\0');
    if (end != std::string_view::npos) take_features(packet.payload.substr(end + 1));
    line = line.substr(0, end);
    state_ = State::refs;
  }
  if (line.starts_with("shallow ")) return {};
  return take_ref(line);
}

void V0RefsParser::take_features(std::string_view words) {
  while (!words.empty() && words.back() == '\n') words.remove_suffix(1);
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    const auto colon = word.find(':');
    if (word.starts_with("symref=") && colon != std::string_view::npos) {
      symrefs_.emplace_back(word.substr(7, colon - 7), word.substr(colon + 1));
    } else if (!word.empty()) {
      features_.add(std::string(word));
    }
  }
}

Result<void> V0RefsParser::take_ref(std::string_view line) {
  const auto space = line.find(' ');
  const auto id = atom::ObjectId::parse(line.substr(0, space));
  if (!id || space == std::string_view::npos) {
    return malformed("\"" + printable(line, 100) + "\" is not a line of a ref list");
  }
  const std::string_view name = line.substr(space + 1);
  if (name == no_refs) return {};
  if (name.ends_with(peeled_mark)) {
    const std::string_view of = name.substr(0, name.size() - peeled_mark.size());
    if (last_kept_ && refs_.back().name == of) refs_.back().peeled = *id;
    return {};
  }
  last_kept_ = false;
  if (name == ".have") return {};
  if (!is_ref_name(name)) return malformed("\"" + printable(name, 100) + "\" is not a valid ref name");
  Ref ref{.name = std::string(name), .id = *id, .peeled = {}, .symref_target = {}};
  if (!keep_(ref)) return {};
  if (refs_.size() == limits_.refs) {
    return fail(Kind::remote, "the remote lists more than " + std::to_string(limits_.refs) + " refs");
  }
  const auto symref = std::ranges::find(symrefs_, name, &std::pair<std::string, std::string>::first);
  if (symref != symrefs_.end() && is_ref_name(symref->second)) ref.symref_target = symref->second;
  refs_.push_back(std::move(ref));
  last_kept_ = true;
  return {};
}

Result<std::vector<Ref>> V0RefsParser::finish() && {
  if (!complete() || !reader_.between_packets()) return std::unexpected(truncated_error("in the ref list"));
  if (const auto format = features_.value("object-format"); format && *format != "sha1") {
    return fail(Kind::remote,
                "unsupported object format " + printable(*format, 40) + ": eka supports only SHA-1 repositories");
  }
  std::ranges::sort(refs_, {}, &Ref::name);
  const auto twice = std::ranges::adjacent_find(refs_, {}, &Ref::name);
  if (twice != refs_.end()) return malformed("duplicate ref " + printable(twice->name, 100));
  return std::move(refs_);
}

}  // namespace eka::git
