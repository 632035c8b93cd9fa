#include "coro/run/allowance.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sched.h>

#include "base/take_until.h"

namespace eka::coro {
namespace {

namespace fs = std::filesystem;

// A hierarchy of control groups: where it is mounted, and which of its groups is visible there as the root.
struct Mount {
  bool is_v2 = false;
  std::string options;  // of version 1: "rw,cpu,cpuacct"
  fs::path at;
  std::string root;
};

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_in(const fs::path& file) {
  const auto lines = lines_of(file);
  return lines.empty() ? std::nullopt : number(lines.front());
}

// "\\040" is a space.
std::string unescaped(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string out;
  while (!text.empty()) {
    if (text.size() >= 4 && text[0] == '\\' && std::ranges::all_of(text.substr(1, 3), is_octal)) {
      out += static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
      text.remove_prefix(4);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    if (take_until(list, ',') == word) return true;
  }
  return false;
}

// "36 35 98:0 <root> <mount point> rw,noatime master:1 - <type> <source> <options>"
std::vector<Mount> mounts(const fs::path& root) {
  std::vector<Mount> found;
  for (const std::string& line : lines_of(root / "proc/self/mountinfo")) {
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream before(line.substr(0, dash)), after(line.substr(dash + 3));
    std::string id, parent, device, group, at, type, source, options;
    before >> id >> parent >> device >> group >> at;
    after >> type >> source >> options;
    if (type != "cgroup" && type != "cgroup2") continue;
    const fs::path place = fs::path(unescaped(at)).relative_path();
    found.push_back({.is_v2 = type == "cgroup2", .options = options, .at = root / place, .root = unescaped(group)});
  }
  return found;
}

// The directories of `group` and of all groups above it, as far as they are visible.
std::vector<fs::path> levels(const Mount& mount, const std::string& group) {
  std::vector<fs::path> out{mount.at};
  fs::path inside(group);
  if (mount.root != "/") {
    inside = inside.lexically_relative(mount.root);
    // With the groups of the host in the text but not in the mount, the mount is the group of the container.
    if (inside.empty() || *inside.begin() == "..") return out;
  }
  for (const fs::path& name : inside.relative_path()) {
    if (name == "..") return {mount.at};
    if (name != "." && !name.empty()) out.push_back(out.back() / name);
  }
  return out;
}

// For each group that this process is in: the hierarchy, and the directories of its levels. `controller` selects a
// hierarchy of version 1; that of version 2 has all that are not in one of those.
std::vector<std::pair<bool, fs::path>> directories(const fs::path& root, std::string_view controller) {
  std::vector<std::pair<bool, fs::path>> out;
  const auto mounted = mounts(root);
  for (const std::string& line : lines_of(root / "proc/self/cgroup")) {
    // "4:memory:/group", "0::/group"
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = line.substr(first + 1, second - first - 1);
    const bool is_v2 = names.empty();
    if (!is_v2 && !has_word(names, controller)) continue;
    for (const Mount& mount : mounted) {
      if (mount.is_v2 != is_v2 || (!is_v2 && !has_word(mount.options, controller))) continue;
      for (fs::path& level : levels(mount, line.substr(second + 1))) out.emplace_back(is_v2, std::move(level));
    }
  }
  return out;
}

// Whole processors; nothing without a quota. "max 100000" or "150000 100000" in version 2; -1 for none in version 1.
std::optional<std::size_t> quota_at(bool is_v2, const fs::path& directory) {
  std::optional<std::uint64_t> quota, period;
  if (is_v2) {
    const auto lines = lines_of(directory / "cpu.max");
    std::istringstream words(lines.empty() ? "" : lines.front());
    std::string first, second;
    words >> first >> second;
    quota = number(first);
    period = number(second);
  } else {
    quota = number_in(directory / "cpu.cfs_quota_us");
    period = number_in(directory / "cpu.cfs_period_us");
  }
  if (!quota || !period || *quota == 0 || *period == 0) return std::nullopt;
  return static_cast<std::size_t>(std::max<std::uint64_t>(1, (*quota - 1) / *period + 1));
}

// Beyond memory.high, processes are slowed down without limit, so it counts as one. Version 1 has no word for
// "unlimited": there it is the highest page-aligned number.
std::optional<std::uint64_t> memory_at(bool is_v2, const fs::path& directory) {
  constexpr std::uint64_t unlimited = std::uint64_t{1} << 60;
  if (!is_v2) {
    const auto limit = number_in(directory / "memory.limit_in_bytes");
    return limit && *limit < unlimited ? limit : std::nullopt;
  }
  const auto most = number_in(directory / "memory.max"), high = number_in(directory / "memory.high");
  return most && high ? std::min(*most, *high) : most ? most : high;
}

std::uint64_t memory_in_use(bool is_v2, const fs::path& directory) {
  return number_in(directory / (is_v2 ? "memory.current" : "memory.usage_in_bytes")).value_or(0);
}

template <class T>
void lower(std::optional<T>& limit, std::optional<T> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

std::size_t schedulable() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
    return static_cast<std::size_t>(CPU_COUNT(&set));
  }
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

Allowance Allowance::of_this_process(const fs::path& root) {
  Allowance allowance;
  for (const auto& [is_v2, directory] : directories(root, "cpu")) lower(allowance.quota, quota_at(is_v2, directory));
  for (const auto& [is_v2, directory] : directories(root, "memory")) {
    const auto limit = memory_at(is_v2, directory);
    if (!limit) continue;
    const std::uint64_t used = memory_in_use(is_v2, directory);
    lower(allowance.memory_bytes, limit);
    lower(allowance.memory_left, std::optional(*limit > used ? *limit - used : 0));
  }
  allowance.processors = std::min(schedulable(), allowance.quota.value_or(schedulable()));
  return allowance;
}

}  // namespace eka::coro
