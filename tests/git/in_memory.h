// Test replacements for the store: a memory of hosts for the duration of a test, and sinks.
#pragma once

#include <map>
#include <string>

#include "git/remote/connector.h"
#include "git/remote/remote.h"

namespace eka::git::test {

class MapMemory final : public HostMemory {
 public:
  std::optional<HostFacts> recall(const std::string& origin) override {
    const auto found = facts.find(origin);
    return found == facts.end() ? std::nullopt : std::optional(found->second);
  }
  void remember(const std::string& origin, const HostFacts& known) override { facts.insert_or_assign(origin, known); }

  std::map<std::string, HostFacts> facts;
};

class StringSink final : public net::ByteSink {
 public:
  coro::Task<> write(std::span<const std::byte> bytes) override {
    pack.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    co_return;
  }

  std::string pack;
};

}  // namespace eka::git::test
