#include "git/transport/handshakes.h"

#include <utility>

#include "git/config/url_pattern.h"

namespace eka::git {
namespace {

constexpr int futile_turns_before_all_go = 2;

}  // namespace

// A place in the queue; the destructor leaves the queue.
class Handshakes::Place {
 public:
  Place(Origin& origin, Waiter& waiter) : origin_(origin), waiter_(waiter) { origin_.waiting.push_back(&waiter_); }
  ~Place() {
    if (!waiter_.woken) {
      std::erase(origin_.waiting, &waiter_);
    } else if (!used_ && !origin_.taken) {
      origin_.wake_one();  // it was this waiter's turn, which it does not use
    }
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  void use() { used_ = true; }

 private:
  Origin& origin_;
  Waiter& waiter_;
  bool used_ = false;
};

void Handshakes::Origin::wake_one() {
  if (waiting.empty()) return;
  Waiter* const next = waiting.front();
  waiting.pop_front();
  next->woken = true;
  next->wakeup.notify();
}

void Handshakes::Origin::wake_all(const Error* failure) {
  for (Waiter* const each : std::exchange(waiting, {})) {
    each->woken = true;
    if (failure != nullptr) each->failure = *failure;
    each->wakeup.notify();
  }
}

bool Handshakes::is_unknown(const std::string& origin) const {
  const auto facts = memory_.recall(origin);
  const bool was_old = facts && !facts->speaks_v2;
  return !is_old(origin) && !was_old && !known(origin);
}

std::size_t Handshakes::waiting(const std::string& name) const {
  const auto origin = origins_.find(name);
  return origin == origins_.end() ? 0 : origin->second.waiting.size();
}

std::optional<Handshakes::Turn> Handshakes::try_enter(const std::string& name) {
  Origin& origin = origins_[name];
  if (origin.taken || !is_unknown(name)) return std::nullopt;
  origin.taken = true;
  return Turn(this, name, std::nullopt);
}

std::optional<Capabilities> Handshakes::known(const std::string& origin) const {
  if (const auto found = known_.find(origin); found != known_.end()) return found->second;
  const auto facts = memory_.recall(origin);
  if (!facts || !facts->speaks_v2) return std::nullopt;
  Capabilities remembered = Capabilities::from_text(facts->agent_capabilities);
  if (!remembered.usable()) return std::nullopt;
  return remembered;
}

coro::Task<Handshakes::Turn> Handshakes::enter(std::string name) {
  Origin& origin = origins_[name];  // never erased, so its address is stable
  while (true) {
    if (is_old(name)) throw NotProtocolV2();
    if (auto capabilities = known(name)) co_return Turn(nullptr, std::move(name), std::move(capabilities));
    if (origin.futile_turns >= futile_turns_before_all_go) co_return Turn(nullptr, std::move(name), std::nullopt);
    if (!origin.taken) {
      origin.taken = true;
      co_return Turn(this, std::move(name), std::nullopt);
    }
    Waiter waiter;
    Place place(origin, waiter);
    co_await waiter.wakeup.wait([&waiter] { waiter.wakeup.notify(); });
    if (!waiter.woken) throw Cancelled();
    if (waiter.failure) throw Error(*waiter.failure);
    place.use();
  }
}

HostFacts Handshakes::facts(const std::string& origin) const {
  HostFacts out = memory_.recall(origin).value_or(HostFacts());
  out.gives_by_id = gives_by_id(origin);
  out.persists = persists(origin);
  return out;
}

bool Handshakes::persists(const std::string& origin) const {
  if (const auto found = persists_.find(origin); found != persists_.end()) return found->second;
  const auto facts = memory_.recall(origin);
  return !facts || facts->persists;
}

void Handshakes::learned_persistence(const std::string& origin, bool persists) {
  if (this->persists(origin) == persists) return;
  persists_[origin] = persists;
  if (memory_.recall(origin)) memory_.remember(origin, facts(origin));
}

void Handshakes::keeps_open(const std::string& origin, bool open) {
  if (!open) learned_persistence(origin, false);
}

void Handshakes::reuse_worked(const std::string& origin) {
  failed_reuses_.erase(origin);
  learned_persistence(origin, true);
}

void Handshakes::reuse_failed(const std::string& origin) {
  constexpr int enough = 2;
  if (++failed_reuses_[origin] == enough) learned_persistence(origin, false);
}

void Handshakes::learned(const std::string& origin, const Capabilities& capabilities) {
  known_.insert_or_assign(origin, capabilities);
  old_.erase(origin);
  HostFacts now = facts(origin);
  now.speaks_v2 = true;
  now.agent_capabilities = capabilities.text();
  memory_.remember(origin, now);
}

void Handshakes::speaks_no_v2(const std::string& origin) {
  known_.erase(origin);
  old_.insert(origin);
  HostFacts now = facts(origin);
  now.speaks_v2 = false;
  now.agent_capabilities.clear();
  memory_.remember(origin, now);
}

// One name for each repository, without login.
std::string Handshakes::repository_name(const atom::Url& url) {
  std::string path = normalised_path(url.path());
  while (path.ends_with('/')) path.pop_back();
  return url.origin() + path;
}

bool Handshakes::may_skip_handshake(const atom::Url& repository) const {
  const std::string name = repository_name(repository);
  if (named_.contains(name) || answered_.contains(name) || memory_.recall(name)) return true;
  const bool looks_like_git = name.ends_with(".git") && !name.ends_with("/.git");
  return looks_like_git && (known(repository.origin()) || is_old(repository.origin()));
}

void Handshakes::answered_as_git(const atom::Url& repository) {
  const std::string name = repository_name(repository);
  if (!answered_.insert(name).second || memory_.recall(name)) return;
  memory_.remember(name, HostFacts{.speaks_v2 = true});
}

bool Handshakes::gives_by_id(const std::string& origin) const {
  if (refusing_ids_.contains(origin)) return false;
  const auto facts = memory_.recall(origin);
  return !facts || facts->gives_by_id;
}

void Handshakes::refuses_ids(const std::string& origin) {
  refusing_ids_.insert(origin);
  memory_.remember(origin, facts(origin));
}

Handshakes::Turn::~Turn() {
  if (parent_ != nullptr) end(true);
}

void Handshakes::Turn::end(bool futile) {
  Origin& origin = std::exchange(parent_, nullptr)->origins_[origin_];
  origin.taken = false;
  if (futile) ++origin.futile_turns;
  if (futile && origin.futile_turns < futile_turns_before_all_go) {
    origin.wake_one();
  } else {
    origin.wake_all(nullptr);
  }
}

void Handshakes::Turn::learned(const Capabilities& capabilities) {
  if (parent_ == nullptr) return;
  parent_->learned(origin_, capabilities);
  end(false);
}

void Handshakes::Turn::unreachable(const Error& failure) {
  if (parent_ == nullptr) return;
  Origin& origin = parent_->origins_[origin_];
  origin.wake_all(&failure);
  end(false);
}

}  // namespace eka::git
