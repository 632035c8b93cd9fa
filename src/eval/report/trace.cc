#include "eval/report/trace.h"

#include <algorithm>

#include "base/text.h"
#include "eval/report/colours.h"

namespace eka::eval {
namespace {

constexpr std::size_t longest_trace = 16 << 10;
constexpr std::size_t most_places = 10'000;
constexpr std::string_view frame_mark = "\n       … ";
constexpr std::string_view message_mark = "\n       error:";  // newer order
// Printed by Nix after some errors.
constexpr std::string_view usage_mark = "\nTry 'nix-instantiate --help' for more information.";
constexpr std::string_view place_mark = "at /nix/store/";
constexpr std::size_t hash_length = 33;  // including "-"

// Whether a frame is about eka's own expressions, the command line, or an expression inside Nix.
bool is_ours(std::string_view frame) {
  for (const std::string_view place : {"at /eka/nix/", "at (stdin)", "at «stdin»", "at «nix-internal»", "at <nix/"}) {
    if (frame.contains(place)) return true;
  }
  return false;
}

// "at /nix/store/<hash>-label/file.nix:1:2" becomes "at label/file.nix:1:2".
std::string without_hashes(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t found = text.find(place_mark);
    if (found == std::string_view::npos || text.size() < found + place_mark.size() + hash_length) return out += text;
    out += text.substr(0, found);
    out += "at ";
    text.remove_prefix(found + place_mark.size() + hash_length);
  }
}

// Removes the indentation by the width of "error: ", which is added again when messages are printed.
std::string without_indent(std::string_view text) {
  constexpr std::string_view indent = "       ";
  std::string out;
  while (!text.empty()) {
    const auto line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    out += line.starts_with(indent) ? line.substr(indent.size()) : line;
    text.remove_prefix(line.size());
  }
  return out;
}

// Paths imported from a derivation (imports.h) are in the private store.
std::string without_private_store(std::string_view text) {
  constexpr std::string_view path = "/eka/store/nix/store/";
  constexpr std::size_t prefix = std::string_view("/eka/store").size();
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t found = text.find(path);
    out += text.substr(0, found);
    if (found == std::string_view::npos) return out;
    text.remove_prefix(found + prefix);
    // Skip the path, so that it is not found again.
    const std::size_t rest = path.size() - prefix;
    out += text.substr(0, rest);
    text.remove_prefix(rest);
  }
}

// Without its location, if that is in eka's own expressions.
std::string_view without_own_location(std::string_view message) {
  // Newer versions print no empty line before it.
  const std::size_t location = std::min(message.rfind("\n\nat "), message.rfind("\nat "));
  const bool ours = location != std::string_view::npos && is_ours(message.substr(location));
  return ours ? message.substr(0, location) : message;
}

// "… from call site" of a builtin has no location and no name; the list is that of the roots.
bool says_nothing(std::string_view frame) {
  return frame == "… from call site" ||
         (frame.starts_with("… while evaluating list element at index ") && !frame.contains('\n'));
}

void add_places(std::string_view text, std::vector<std::string>& places) {
  constexpr std::string_view store = "/nix/store/";
  for (std::size_t at = 0; places.size() < most_places && (at = text.find(place_mark, at)) != std::string_view::npos;
       at += place_mark.size()) {
    const auto rest = text.substr(at + place_mark.size() - store.size());
    places.emplace_back(rest.substr(0, std::min(rest.find_first_of("/:\n", store.size()), rest.size())));
  }
}

// The frames in `text`, each of which starts with frame_mark, in its order.
std::vector<Trace::Frame> frames_in(std::string_view text) {
  std::vector<Trace::Frame> frames;
  std::size_t end = text.find(frame_mark);
  while (end != std::string_view::npos) {
    text.remove_prefix(end + 1);
    end = text.find(frame_mark);
    const std::string_view frame = text.substr(0, end);
    frames.push_back({without_indent(trimmed(frame)), is_ours(frame)});
  }
  return frames;
}

std::string message_in(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  return without_indent(trimmed(text));
}

// Older versions of Nix.
Trace read_innermost_first(std::string_view report) {
  const std::size_t end = std::min(report.find(frame_mark), report.size());
  return {message_in(report.substr(0, end)), frames_in(report.substr(end))};
}

// Newer ones, if there are frames. Without any, both print the same.
bool is_outermost_first(std::string_view report) {
  return report.starts_with(frame_mark) && report.contains(message_mark);
}

Trace read_outermost_first(std::string_view report) {
  const std::size_t message = report.find(message_mark);
  std::vector<Trace::Frame> frames = frames_in(report.substr(0, message));
  std::ranges::reverse(frames);
  return {message_in(report.substr(message + message_mark.size())), std::move(frames)};
}

}  // namespace

std::string trimmed(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \n");
  return std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

// The last line that starts with "error:". Nix indents the lines of a message, so text of an atom cannot start such a
// line, except in a trace before the report.
std::size_t report_start(std::string_view errors) {
  const std::size_t last = errors.rfind("\nerror:");
  if (last != std::string_view::npos) return last + 1;
  return errors.starts_with("error:") ? 0 : std::string_view::npos;
}

std::optional<Trace> Trace::read(std::string_view errors) {
  const std::size_t start = report_start(errors);
  if (start == std::string_view::npos) return std::nullopt;
  const std::string text = without_private_store(without_colours(errors.substr(start)));
  std::string_view report(text);
  report = report.substr(0, report.find(usage_mark));
  report.remove_prefix(std::string_view("error:").size());
  return is_outermost_first(report) ? read_outermost_first(report) : read_innermost_first(report);
}

std::vector<std::string> Trace::places() const {
  std::vector<std::string> out;
  add_places(message, out);
  for (const Frame& frame : frames) add_places(frame.text, out);
  return out;
}

std::string Trace::told(bool whole) const {
  std::string text(whole ? std::string_view(message) : without_own_location(message));
  std::size_t folded = 0;
  for (const Frame& frame : frames) {
    if (!whole && frame.ours) ++folded;
    if (whole || (!frame.ours && !says_nothing(frame.text))) text += "\n\n" + frame.text;
  }
  std::string out = printable(without_hashes(text), longest_trace, true);
  if (folded > 0) {
    out += "\n\n(" + std::to_string(folded) + (folded == 1 ? " frame" : " frames") +
           " of eka's expressions omitted; use -v to show all)";
  }
  return out;
}

}  // namespace eka::eval
