// The part of the Nix daemon's protocol that eka uses: one operation, for which starting a process each time would be
// dear.
//
// Numbers are 64 bits, little endian; a string is its length, its bytes, and zeros up to a multiple of eight. After the
// greeting each operation is a number and its arguments. The daemon answers with log messages, an end mark, and the
// result. We call ourselves a client of protocol 1.21 (Nix 2.3), which every daemon of Nix 2 and its relatives takes:
// newer versions add nothing here but fields to skip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "coro/process/descriptor.h"

namespace eka::eval {

class Daemon {
 public:
  // The socket of a store as Nix's --store names it ("daemon", "unix:///path"); nothing when it is not a daemon's.
  static std::optional<std::filesystem::path> socket_of(const std::string& store);
  // Does somebody accept connections there?
  static bool answers(const std::filesystem::path& socket);

  // Connects and greets. Blocks, as everything here does, but for no longer than some seconds. Throws
  // Error(Kind::failure).
  explicit Daemon(const std::filesystem::path& socket);

  // Tells the collector of `link`, which points into the store. The daemon remembers it until it is gone.
  void add_indirect_root(std::string_view link);

 private:
  void send(std::string_view bytes);
  void receive(char* into, std::size_t size);
  std::uint64_t number();
  std::string string();
  // Reads log messages up to the mark that an operation is done. Throws what the daemon says went wrong.
  void finish();

  coro::Descriptor socket_;
};

}  // namespace eka::eval
