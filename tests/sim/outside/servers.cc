#include "tests/sim/outside/servers.h"

#include <algorithm>

#include <fmt/format.h>

#include "atom/hash/digest.h"
#include "atom/names/atom_commit.h"
#include "coro/task/timeout.h"
#include "git/remote/wire_remote.h"
#include "git/transport/session.h"
#include "net/policy/host_rest.h"
#include "net/policy/http_error.h"

namespace eka::sim {
namespace {

constexpr std::string_view flush = "0000";

std::string packet(std::string_view text) {
  return fmt::format("{:04x}{}", text.size() + 4, text);
}

std::vector<std::string> lines_of(std::string_view request) {
  std::vector<std::string> out;
  while (request.size() >= 4) {
    const auto size = std::stoul(std::string(request.substr(0, 4)), nullptr, 16);
    if (size < 4) {
      request.remove_prefix(4);
      continue;
    }
    std::string line(request.substr(4, size - 4));
    if (line.ends_with('\n')) line.pop_back();
    out.push_back(std::move(line));
    request.remove_prefix(size);
  }
  return out;
}

std::vector<std::string> with_prefix(const std::vector<std::string>& lines, std::string_view prefix) {
  std::vector<std::string> out;
  for (const auto& line : lines) {
    if (line.starts_with(prefix)) out.push_back(line.substr(prefix.size()));
  }
  return out;
}

std::string list_refs(const Served& repository, const std::vector<std::string>& prefixes) {
  std::string out;
  for (const auto& [name, id] : repository.refs) {
    const bool wanted =
        prefixes.empty() || std::ranges::any_of(prefixes, [&](const auto& p) { return name.starts_with(p); });
    if (wanted) out += packet(id.hex() + " " + name + "\n");
  }
  return out.append(flush);
}

std::string pack_of(const ObjectBank& bank, const std::set<atom::ObjectId>& ids) {
  std::string pack = "PACK";
  for (const std::uint32_t number : {2u, static_cast<std::uint32_t>(ids.size())}) {
    for (int shift = 24; shift >= 0; shift -= 8) pack += static_cast<char>(number >> shift);
  }
  for (const auto& id : ids) pack += bank.at(id).packed;
  const auto digest = atom::Sha1::of(pack);
  return pack.append(digest.begin(), digest.end());
}

class FinishedAnswer final : public git::Answer {
 public:
  // How it ends before its end.
  struct Break {
    std::size_t at = std::string::npos;
    enum class Kind { none, reset, end, stall } kind = Kind::none;
  };
  FinishedAnswer(Internet& internet, const Served& repository, Asked::OfUrl& asked, std::string bytes, Break how,
                 milliseconds stall, std::function<void()> ended)
      : internet_(internet),
        url_(repository.url),
        asked_(asked),
        bytes_(std::move(bytes)),
        break_(how),
        stall_(stall),
        latency_(internet.host(repository.host).latency),
        ended_(std::move(ended)) {}

  coro::Task<std::string_view> read() override {
    auto& simulator = internet_.simulator();
    auto& random = simulator.random();
    const bool broken = break_.kind != Break::Kind::none;
    const std::size_t end = broken ? std::min(break_.at, bytes_.size()) : bytes_.size();
    if (at_ >= end) {
      if (!broken) {
        if (ended_) std::exchange(ended_, nullptr)();
        co_return std::string_view();
      }
      asked_.failed = true;
      if (break_.kind == Break::Kind::end) {
        simulator.tell(fmt::format("{}: the answer is cut after {} of {} bytes", url_, at_, bytes_.size()));
        co_return std::string_view();
      }
      if (break_.kind == Break::Kind::stall) {
        simulator.tell(fmt::format("{}: stalls after {} of {} bytes", url_, at_, bytes_.size()));
        co_await simulator.sleep(stall_);
        throw coro::no_answer(stall_);
      }
      simulator.tell(fmt::format("{}: reset after {} of {} bytes", url_, at_, bytes_.size()));
      throw Error(Kind::remote, "the connection to " + url_ + " was reset").retryable();
    }
    if (random.chance(0.5))
      co_await simulator.sleep(milliseconds(random.below(static_cast<std::size_t>(latency_.count()) + 1)));
    // Pieces of any size: mostly a few large ones, sometimes byte by byte.
    const std::size_t largest = random.chance(0.1) ? 7 : 16384;
    const std::size_t size = std::min(end - at_, 1 + random.below(largest));
    const std::string_view piece(bytes_.data() + at_, size);
    at_ += size;
    co_return piece;
  }

 private:
  Internet& internet_;
  std::string url_;
  Asked::OfUrl& asked_;
  std::string bytes_;
  std::size_t at_ = 0;
  Break break_;
  milliseconds stall_, latency_;
  std::function<void()> ended_;
};

class SimulatedSession final : public git::Session {
 public:
  SimulatedSession(Internet& internet, Asked& asked, net::HostRests& rests, std::string url, milliseconds stall)
      : internet_(internet), asked_(asked), rests_(rests), url_(std::move(url)), stall_(stall) {}

  bool persists_across_requests() const override { return true; }
  bool start_afresh(const Error&, unsigned) override { return false; }
  unsigned generation() const override { return 0; }

  coro::Task<git::Capabilities> capabilities(Certainty certainty, net::Patience patience) override {
    if (known_) co_return *known_;
    if (certainty == Certainty::presumed) co_return git::Capabilities::presumed();
    internet_.simulator().tell(url_ + ": handshake");
    co_await arrive(&net::Traffic::handshakes, patience);
    known_ = git::Capabilities::from_text(
        "agent=git/2.39.5\nls-refs=unborn\nfetch=shallow wait-for-done filter\nobject-format=sha1\n");
    co_return *known_;
  }

  coro::Task<std::unique_ptr<git::Answer>> exchange(git::Command command) override {
    traffic().bytes_sent += command.body.size();
    const auto lines = lines_of(command.body);
    const bool is_list = with_prefix(lines, "command=").front() == "ls-refs";
    auto& counts = asked_.urls[url_];
    ++(is_list ? counts.list_requests : counts.fetch_requests);
    const auto began = internet_.simulator().now();
    Served* const repository = co_await arrive(&net::Traffic::requests, command.patience);
    traffic().answer_time = std::chrono::duration_cast<std::chrono::microseconds>(internet_.simulator().now() - began);
    co_return is_list ? list(*repository, lines) : fetch(*repository, lines);
  }

  coro::Task<std::vector<git::PushOutcome>> push(std::vector<git::PushedRef> refs) {
    internet_.simulator().tell(fmt::format("{}: push {}", url_, refs.front().ref));
    co_await travel();
    if (internet_.faults().strikes(Fault::push_refused)) {
      internet_.simulator().tell(url_ + ": push refused");
      std::vector<git::PushOutcome> out;
      for (const auto& ref : refs) out.push_back({ref.ref, false, "pre-receive hook declined"});
      co_return out;
    }
    auto out = internet_.receive(refs);
    if (internet_.faults().strikes(Fault::reset_after_push)) {
      internet_.simulator().tell(url_ + ": reset after the push");
      throw failed(Error(Kind::remote, "the connection to " + url_ + " was reset"));
    }
    co_return out;
  }

  coro::Task<std::unique_ptr<git::V0Conversation>> converse_in_v0(Purpose, net::Patience) override {
    throw Error(Kind::remote, "the simulated server speaks protocol v2 only");
  }

 private:
  // Sends a request until the host is not busy, as the HTTP client does (net/http/send_patiently.h).
  coro::Task<Served*> arrive(std::uint64_t net::Traffic::* counter, net::Patience patience) {
    auto& simulator = internet_.simulator();
    const Served* const target = internet_.find(url_);
    const std::string host = target == nullptr ? url_ : target->host;
    net::HostRests::Ticket ticket;
    ticket.patience = patience;
    while (true) {
      net::HostRests::Turn turn = co_await rests_.enter(host, &ticket);
      if (simulator.now() < asked_.not_before[host]) {
        simulator.violate(host + " is asked before the time that its Retry-After named");
      }
      ++(traffic().*counter);
      Served* repository = nullptr;
      try {
        repository = co_await travel();
      } catch (const net::HttpError& error) {
        auto& not_before = asked_.not_before[host];
        if (const auto after = error.retry_after()) not_before = std::max(not_before, simulator.now() + *after);
        turn.answered(error.status(), error.retry_after(), &ticket);
        if (!net::is_busy_status(error.status()) || !rests_.may_wait(host, ticket)) throw;
      }
      if (repository != nullptr) {
        turn.answered(200, {}, &ticket);
        co_return repository;
      }
      ++traffic().retries;
    }
  }

  // The request travels; it may go wrong on its way.
  coro::Task<Served*> travel() {
    auto& simulator = internet_.simulator();
    auto& random = simulator.random();
    const auto& faults = internet_.faults();
    Served* const repository = internet_.find(url_);
    if (repository == nullptr) throw failed(net::status_error(404, url_, std::nullopt));
    const auto latency = static_cast<std::size_t>(internet_.host(repository->host).latency.count());
    co_await simulator.sleep(milliseconds(latency / 2 + random.below(latency + 1)));
    if (internet_.host(repository->host).dead) {
      simulator.tell(url_ + ": host is down");
      throw failed(Error(Kind::remote, "cannot connect to " + repository->host).retryable());
    }
    if (faults.strikes(Fault::reset_before_answer)) {
      simulator.tell(url_ + ": reset before the answer");
      throw failed_in_passing(Error(Kind::remote, "the connection to " + url_ + " was reset").retryable());
    }
    if (faults.strikes(Fault::not_found)) {
      simulator.tell(url_ + ": 404");
      throw failed(net::status_error(404, repository->host, std::nullopt));
    }
    for (const auto& [fault, status] : {std::pair(Fault::too_many_requests, 429), std::pair(Fault::unavailable, 503)}) {
      if (!faults.strikes(fault)) continue;
      std::optional<std::chrono::seconds> after;
      if (random.chance(0.5)) after = std::chrono::seconds(random.between(1, 20));
      simulator.tell(
          fmt::format("{}: {}{}", url_, status, after ? fmt::format(", Retry-After: {}", after->count()) : ""));
      throw failed_in_passing(net::status_error(status, repository->host, after));
    }
    if (faults.strikes(Fault::stall)) {
      simulator.tell(url_ + ": stalls before the answer");
      note_lasting_failure();
      co_await simulator.sleep(stall_);
      throw coro::no_answer(stall_);
    }
    co_return repository;
  }

  template <class E>
  E failed(E error) {
    note_lasting_failure();
    return error;
  }
  void note_lasting_failure() {
    asked_.urls[url_].failed = asked_.any_failure = true;
    asked_.lasting_failure = true;
  }
  template <class E>
  E failed_in_passing(E error) {
    asked_.urls[url_].failed = asked_.any_failure = true;
    ++asked_.urls[url_].passing_failures;
    return error;
  }

  std::unique_ptr<git::Answer> list(Served& repository, const std::vector<std::string>& lines) {
    auto prefixes = with_prefix(lines, "ref-prefix ");
    std::ranges::sort(prefixes);
    std::string what;
    for (const auto& prefix : prefixes) what += prefix + " ";
    internet_.simulator().tell(fmt::format("{}: list {}", url_, what));
    auto& counts = asked_.urls[url_];
    return answer(repository, list_refs(repository, prefixes), [&counts, what] { counts.lists.insert(what); });
  }

  std::unique_ptr<git::Answer> fetch(Served& repository, const std::vector<std::string>& lines) {
    const auto& bank = internet_.world().bank;
    auto& served = repository.reachable;
    if (served.empty()) {
      for (const auto& [name, id] : repository.refs) bank.reach(id, {.history = true}, served);
    }
    const auto filters = with_prefix(lines, "filter ");
    const bool without_trees = std::ranges::find(filters, "tree:0") != filters.end();
    const ObjectBank::Reach what{
        .history = with_prefix(lines, "deepen ").empty(), .trees = !without_trees, .blobs = filters.empty()};
    std::set<atom::ObjectId> send, has;
    std::vector<atom::ObjectId> wants;
    std::string said;
    for (const auto& hex : with_prefix(lines, "want ")) {
      wants.push_back(unwrap(atom::ObjectId::parse(hex)));
      said += " " + hex.substr(0, 8);
      if (!served.contains(wants.back())) {
        internet_.simulator().tell(fmt::format("{}: fetch{}: not our ref", url_, said));
        return answer(repository, packet("ERR upload-pack: not our ref " + hex), {});
      }
      bank.reach(wants.back(), what, send);
    }
    const auto haves = with_prefix(lines, "have ");
    internet_.simulator().tell(
        fmt::format("{}: fetch{}{}", url_, said, haves.empty() ? "" : fmt::format(" ({} haves)", haves.size())));
    if (!internet_.host(repository.host).ignores_haves) {
      for (const auto& hex : haves) {
        const auto have = unwrap(atom::ObjectId::parse(hex));
        if (served.contains(have)) bank.reach(have, {}, has);
      }
    }
    for (const auto& id : has) {
      if (std::ranges::find(wants, id) == wants.end()) send.erase(id);
    }
    std::string pack = pack_of(bank, send);
    if (internet_.faults().strikes(Fault::corrupt_pack)) {
      const auto at = internet_.simulator().random().below(pack.size());
      internet_.simulator().tell(fmt::format("{}: byte {} of the pack is wrong", url_, at));
      pack[at] = static_cast<char>(pack[at] ^ (1 << internet_.simulator().random().below(8)));
      note_lasting_failure();
    }
    std::string out = packet("packfile\n");
    for (std::size_t at = 0; at < pack.size(); at += 8000) out += packet("\1" + pack.substr(at, 8000));
    auto& counts = asked_.urls[url_];
    return answer(repository, out.append(flush), [&counts, wants] {
      for (const auto& want : wants) ++counts.delivered[want];
    });
  }

  std::unique_ptr<git::Answer> answer(const Served& repository, std::string bytes, std::function<void()> ended) {
    auto& random = internet_.simulator().random();
    const auto& faults = internet_.faults();
    FinishedAnswer::Break how;
    using Kind = FinishedAnswer::Break::Kind;
    if (faults.strikes(Fault::reset_within_answer)) how = {random.below(bytes.size()), Kind::reset};
    if (faults.strikes(Fault::truncated_answer)) how = {random.below(bytes.size()), Kind::end};
    if (faults.strikes(Fault::stall)) how = {random.below(bytes.size()), Kind::stall};
    if (how.kind != Kind::none) asked_.any_failure = true;
    if (how.kind == Kind::reset || how.kind == Kind::end) ++asked_.urls[url_].passing_failures;
    if (how.kind == Kind::stall) asked_.lasting_failure = true;
    traffic().bytes_received += bytes.size();
    return std::make_unique<FinishedAnswer>(internet_, repository, asked_.urls[url_], std::move(bytes), how, stall_,
                                            std::move(ended));
  }

  Internet& internet_;
  Asked& asked_;
  net::HostRests& rests_;
  std::string url_;
  milliseconds stall_;
  std::optional<git::Capabilities> known_;
};

class SimulatedRemotes final : public git::RemoteFactory {
 public:
  SimulatedRemotes(Internet& internet, Asked& asked, net::Timeouts timeouts)
      : internet_(internet), asked_(asked), timeouts_(timeouts), rests_(internet.simulator(), timeouts.retry) {}

  std::unique_ptr<git::Remote> open(const atom::Url& url) override {
    auto session = std::make_unique<SimulatedSession>(internet_, asked_, rests_, url.str(), timeouts_.stall);
    return std::make_unique<git::WireRemote>(url, std::move(session), net::request_policy(timeouts_),
                                             internet_.simulator(), timeouts_.stall * 10, net::TellRetry());
  }
  coro::Task<std::vector<git::PushOutcome>> push(std::filesystem::path, atom::Url url,
                                                 std::vector<git::PushedRef> refs) override {
    SimulatedSession session(internet_, asked_, rests_, url.str(), timeouts_.stall);
    co_return co_await session.push(std::move(refs));
  }
  void named_by_user(const atom::Url&) override {}
  atom::Url reached_at(const atom::Url& url) const override { return url; }
  coro::Task<> download(atom::Url url, net::FileSink&, net::Traffic&) override {
    throw Error(Kind::remote, "nothing but repositories is simulated: " + url.str());
  }

 private:
  Internet& internet_;
  Asked& asked_;
  net::Timeouts timeouts_;
  net::HostRests rests_;
};

}  // namespace

Internet::Internet(const World& world, Simulator& simulator, const Faults& faults)
    : world_(world), simulator_(simulator), faults_(faults) {
  const auto host_of = [](const std::string& url) { return url.substr(8, url.find('/', 8) - 8); };
  for (std::size_t index = 0; index < world.sets.size(); ++index) {
    const auto& set = world.sets[index];
    for (const auto& url : set.urls) {
      Served served{
          .url = url, .host = host_of(url), .set = index, .is_origin = url == set.urls.front(), .refs = set.refs};
      if (!served.is_origin) make_mirror_lie(served);
      add(std::move(served));
    }
  }
  for (const auto& source : world.sources) {
    add({.url = source.url, .host = host_of(source.url), .set = 0, .is_origin = true, .refs = source.refs});
  }
}

void Internet::add(Served served) {
  auto& random = simulator_.random();
  const auto [place, fresh] = hosts_.try_emplace(served.host);
  auto& its = place->second;
  if (fresh) {
    its.latency = milliseconds(random.between(1, 80));
    if (faults_.strikes(Fault::slow_host)) its.latency *= 40;
    its.ignores_haves = faults_.strikes(Fault::ignores_haves);
  }
  served_[served.url] = std::move(served);
}

void Internet::make_mirror_lie(Served& mirror) {
  auto& random = simulator_.random();
  if (faults_.strikes(Fault::mirror_of_other_genesis) && world_.sets.size() > 1) {
    const auto other = (mirror.set + 1) % world_.sets.size();
    mirror.refs[std::string(atom::init_ref)] = world_.sets[other].genesis;
    mirror.lies = true;
  }
  if (faults_.strikes(Fault::mirror_with_other_revisions)) {
    // Some version is another's commit.
    std::vector<std::string> names;
    for (const auto& [name, id] : mirror.refs) {
      if (name.starts_with("refs/eka/atoms/") || name.find("/atoms/") != std::string::npos) names.push_back(name);
    }
    if (names.size() > 1) {
      const auto& name = random.pick(names);
      mirror.refs[name] = mirror.refs.at(random.pick(names));
      mirror.lies = mirror.lies || mirror.refs.at(name) != world_.sets[mirror.set].refs.at(name);
    }
  }
  if (faults_.strikes(Fault::mirror_lacks_versions)) {
    std::erase_if(mirror.refs, [&](const auto& ref) { return ref.first != atom::init_ref && random.chance(0.4); });
    mirror.lacks = true;
  }
}

void Internet::begin_step() {
  for (auto& [name, host] : hosts_) host.dead = faults_.strikes(Fault::dead_host);
}

Served* Internet::find(const std::string& url) {
  const auto found = served_.find(url);
  return found == served_.end() ? nullptr : &found->second;
}

std::unique_ptr<git::RemoteFactory> make_remotes(Internet& internet, Asked& asked, net::Timeouts timeouts) {
  return std::make_unique<SimulatedRemotes>(internet, asked, timeouts);
}

}  // namespace eka::sim
