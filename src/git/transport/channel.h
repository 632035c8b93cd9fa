// A two-way stream of bytes to a server's git-upload-pack, for one repository: what ssh and git:// are made of.
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

// Destroying it closes it: the socket, or the child, which is waited for.
class Channel {
 public:
  virtual ~Channel() = default;
  // Some bytes, 0 at the end. `into` must stay until the task ends.
  virtual coro::Task<std::size_t> read(std::span<std::byte> into) = 0;
  // All of `bytes`, which must stay until the task ends. Throws when the other side reads no more.
  virtual coro::Task<> write(std::string_view bytes) = 0;
  // The stream has ended where it should not have: says why, as far as that can be known.
  virtual coro::Task<Error> why_it_ended() = 0;
};

// Opens channels of one kind.
class Dialer {
 public:
  virtual ~Dialer() = default;
  // Connects and requests git-upload-pack in protocol v2; the server sends first. Throws Error(Kind::remote).
  virtual coro::Task<std::unique_ptr<Channel>> dial(atom::Url url) = 0;
};

}  // namespace eka::git
