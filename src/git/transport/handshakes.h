// One handshake per host, for any number of its remotes that start at the same time.
//
// The capabilities of a server belong to its host, not to one repository. The first remote takes the turn and performs
// the handshake; remotes that arrive in the meantime wait for the result (or presume it and do not wait: HttpSession).
// If a turn ends without a result, the next remote in the queue takes it: the failure may concern only that repository.
// After two such turns the others stop queueing and each performs its own handshake, so that a host with a thousand
// dead repositories does not cost a thousand sequential round trips.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "atom/names/url.h"
#include "base/error.h"
#include "coro/task/task.h"
#include "coro/task/wakeup.h"
#include "git/transport/host_memory.h"
#include "git/wire/capabilities.h"

namespace eka::git {

class Handshakes {
 public:
  class Turn;

  // `memory` must outlive this.
  explicit Handshakes(HostMemory& memory) : memory_(memory) {}

  // Waits while another remote of `origin` has the turn. Throws NotProtocolV2 if the host is known not to support v2,
  // and the error that another remote passed to Turn::unreachable() in the meantime.
  coro::Task<Turn> enter(std::string origin);

  // How many remotes of `origin` wait for its turn to end.
  std::size_t waiting(const std::string& origin) const;

  // The turn, if it is free and nothing is known about the host yet.
  std::optional<Turn> try_enter(const std::string& origin);
  // Whether support of v2 is unknown: no run has used the host, or none could determine it.
  bool is_unknown(const std::string& origin) const;

  // Whether the host is known to keep connections open after a response, from its responses (keeps_open) or from reused
  // connections. After two failed reuses in a row, it is assumed to close them.
  bool persists(const std::string& origin) const;
  void keeps_open(const std::string& origin, bool open);
  void reuse_worked(const std::string& origin);
  void reuse_failed(const std::string& origin);

  // The capabilities, if they are known without a request.
  std::optional<Capabilities> known(const std::string& origin) const;

  // Records a result obtained without a turn (a remote that doubts what is known about its host asks on its own).
  void learned(const std::string& origin, const Capabilities& capabilities);
  void speaks_no_v2(const std::string& origin);
  // Found in this run. (Results of earlier runs are not trusted: servers are upgraded.)
  bool is_old(const std::string& origin) const { return old_.contains(origin); }

  // Whether a command may be sent to `repository` before it has responded to a handshake. A lock or the manifest of a
  // dependency may contain any address, so this is limited to repositories that the user of this run has named, that
  // have responded as git before (in this run or an earlier one), or whose name ends in ".git" on a host that has
  // responded as git (decision 0090).
  bool may_skip_handshake(const atom::Url& repository) const;
  void named_by_user(const atom::Url& repository) { named_.insert(repository_name(repository)); }
  void answered_as_git(const atom::Url& repository);

  // Whether the host is known, or assumed, to allow fetching objects by id.
  bool gives_by_id(const std::string& origin) const;
  void refuses_ids(const std::string& origin);

 private:
  struct Waiter {
    coro::Wakeup wakeup;
    bool woken = false;
    std::optional<Error> failure;
  };
  struct Origin {
    bool taken = false;
    int futile_turns = 0;
    std::deque<Waiter*> waiting;
    void wake_one();
    void wake_all(const Error* failure);
  };
  class Place;

  static std::string repository_name(const atom::Url& url);

  HostMemory& memory_;
  HostFacts facts(const std::string& origin) const;

  void learned_persistence(const std::string& origin, bool persists);

  std::map<std::string, Capabilities> known_;  // in this run; the memory may be unable to store them
  std::set<std::string> old_;
  std::set<std::string> named_;     // repositories
  std::set<std::string> answered_;  // repositories, in this run
  std::set<std::string> refusing_ids_;
  std::map<std::string, Origin> origins_;
  std::map<std::string, bool> persists_;      // in this run
  std::map<std::string, int> failed_reuses_;  // in a row
};

// Either the known capabilities, or the right to find them out: then call learned() or unreachable(), or neither.
class Handshakes::Turn {
 public:
  ~Turn();
  Turn(Turn&& other) noexcept
      : parent_(other.parent_), origin_(std::move(other.origin_)), known_(std::move(other.known_)) {
    other.parent_ = nullptr;
  }
  Turn& operator=(Turn&&) = delete;

  const std::optional<Capabilities>& known() const { return known_; }
  void learned(const Capabilities& capabilities);
  // The host cannot be reached: waiting remotes need not try.
  void unreachable(const Error& failure);

 private:
  friend class Handshakes;
  Turn(Handshakes* parent, std::string origin, std::optional<Capabilities> known)
      : parent_(parent), origin_(std::move(origin)), known_(std::move(known)) {}
  void end(bool futile);

  Handshakes* parent_;  // null: no turn to release
  std::string origin_;
  std::optional<Capabilities> known_;
};

}  // namespace eka::git
