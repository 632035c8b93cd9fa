// One handshake per host, however many remotes of that host start together.
//
// The capabilities of a server belong to its host, not to one repository. The first remote takes the turn and does the
// handshake; those that come meanwhile wait for its result (or assume one, and do not wait: HttpSession). If a turn
// ends without a result, the next in line gets it: the failure may concern that one repository only. After two such
// turns the others stop queueing and do their own handshakes, so that a host with a thousand dead repositories does not
// cost a thousand round trips one after another.
#pragma once

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

  // Waits while another remote of `origin` has the turn. Throws NotProtocolV2 once that is known, and what
  // Turn::unreachable() was told meanwhile.
  coro::Task<Turn> enter(std::string origin);

  // The turn, if it is free; nothing is known yet then.
  std::optional<Turn> try_enter(const std::string& origin);
  // Whether it is unknown if the host supports v2: no run has connected to it, or none has found out.
  bool is_unknown(const std::string& origin) const;

  // Whether the host keeps connections open after an answer, as far as is known: from its answers (keeps_open), or from
  // the reuse of connections. After two failed reuses in a row, without a successful one, it is assumed to close all.
  bool persists(const std::string& origin) const;
  void keeps_open(const std::string& origin, bool open);
  void reuse_worked(const std::string& origin);
  void reuse_failed(const std::string& origin);

  // What is known without a request.
  std::optional<Capabilities> known(const std::string& origin) const;

  // Keeps what was learned without a turn (a remote that doubts what is known of its host does its own handshake).
  void learned(const std::string& origin, const Capabilities& capabilities);
  void speaks_no_v2(const std::string& origin);
  // Found out in this run. (The result of an earlier run is not used: the server may have been updated.)
  bool is_old(const std::string& origin) const { return old_.contains(origin); }

  // Whether a command may be sent to `repository` before it has answered a handshake. A lock or the manifest of a
  // dependency may name any address, so this is limited to repositories that the user of this run has named, that have
  // answered as git before (in this run or an earlier one), or whose name ends in ".git" on a host that has answered as
  // git (decision 0090).
  bool may_skip_handshake(const atom::Url& repository) const;
  void named_by_user(const atom::Url& repository) { named_.insert(repository_name(repository)); }
  void answered_as_git(const atom::Url& repository);

  // Whether the host gives objects by their id, as far as is known.
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

  std::map<std::string, Capabilities> known_;  // in this run; the memory may be unable to keep anything
  std::set<std::string> old_;
  std::set<std::string> named_;     // repositories
  std::set<std::string> answered_;  // repositories, in this run
  std::set<std::string> refusing_ids_;
  std::map<std::string, Origin> origins_;
  std::map<std::string, bool> persists_;      // in this run
  std::map<std::string, int> failed_reuses_;  // one after another
};

// Either knowledge, or the right to go and get it: say learned() or unreachable(), or neither.
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
  // The host itself cannot be reached: those who wait need not try.
  void unreachable(const Error& failure);

 private:
  friend class Handshakes;
  Turn(Handshakes* parent, std::string origin, std::optional<Capabilities> known)
      : parent_(parent), origin_(std::move(origin)), known_(std::move(known)) {}
  void end(bool futile);

  Handshakes* parent_;  // null: there is nothing to give back
  std::string origin_;
  std::optional<Capabilities> known_;
};

}  // namespace eka::git
