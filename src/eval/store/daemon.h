// A client of the Nix daemon for one operation, for which starting a process each time would be too slow.
//
// Numbers have 64 bits, little endian; a string is its length, its bytes, and zeros up to a multiple of eight. After
// the handshake, each operation is a number and its arguments. The daemon responds with log messages, an end mark, and
// the result. The client announces protocol 1.21 (Nix 2.3), which every daemon of Nix 2 and its forks accepts: newer
// versions would only add fields to skip.
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
  // The socket of a store given as for Nix's --store ("daemon", "unix:///path"); nothing if it is not a daemon.
  static std::optional<std::filesystem::path> socket_of(const std::string& store);
  // Whether `socket` accepts connections.
  static bool answers(const std::filesystem::path& socket);

  // Connects and performs the handshake. Blocks, like all members; each send and receive times out after 10 seconds.
  // Throws Error(Kind::failure).
  explicit Daemon(const std::filesystem::path& socket);

  // Registers `link`, which points into the store, with the garbage collector until the link is removed.
  void add_indirect_root(std::string_view link);

 private:
  void send(std::string_view bytes);
  void receive(char* into, std::size_t size);
  std::uint64_t number();
  std::string string();
  // Reads log messages up to the end mark of an operation. Throws the daemon's error.
  void finish();

  coro::Descriptor socket_;
};

}  // namespace eka::eval
