// A bidirectional byte stream to a server's git-upload-pack, for one repository: the basis of ssh and git://.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "atom/names/url.h"
#include "base/error.h"
#include "coro/task/task.h"

namespace eka::git {

// The destructor closes it: the socket, or the child process, for whose exit it waits.
class Channel {
 public:
  virtual ~Channel() = default;
  // Reads some bytes; 0 at the end. `into` must stay valid until the task ends.
  virtual coro::Task<std::size_t> read(std::span<std::byte> into) = 0;
  // Writes all of `bytes`, which must stay valid until the task ends. Throws if the other side has stopped reading.
  virtual coro::Task<> write(std::string_view bytes) = 0;
  // Call after the stream has ended unexpectedly: returns the reason, as far as it is known.
  virtual coro::Task<Error> why_it_ended() = 0;
  // The reason if the server's first words are not those of git: `words` is what it sent, safe for a terminal.
  virtual Error not_git(const std::string& words) const = 0;
};

// Opens channels of one kind.
class Dialer {
 public:
  virtual ~Dialer() = default;
  // Connects and requests git-upload-pack in protocol v2; the server sends first. Throws Error(Kind::remote).
  virtual coro::Task<std::unique_ptr<Channel>> dial(atom::Url url) = 0;
};

}  // namespace eka::git
