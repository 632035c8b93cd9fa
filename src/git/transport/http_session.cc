#include "git/transport/http_session.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "coro/task/task_group.h"
#include "git/config/http_settings.h"
#include "git/object/deflater.h"
#include "net/login/http_login.h"
#include "net/policy/http_error.h"
#include "net/policy/retries.h"

namespace eka::git {
namespace {

constexpr int most_redirects = 5;
constexpr std::uint64_t handshake_limit = 1 << 20;

// Git's own client compresses bodies too, so every server accepts it; below this size it saves nothing that matters.
constexpr std::size_t smallest_compressed_body = 8 << 10;

constexpr std::string_view discovery_path = "/info/refs?service=git-upload-pack";

void check_advertisement(const net::HttpResponse& http) {
  if (const std::string type = http.content_type(); type != "application/x-git-upload-pack-advertisement") {
    throw protocol_error("content type \"" + printable(type, 60) + "\": not a git repository, or no smart HTTP server");
  }
}

// Failures of a command that do not depend on what it assumed about the server.
bool has_other_cause(const net::HttpError& failure) {
  switch (failure.status()) {
    case 0:  // no connection
    case 401:
    case 403:
    case net::body_too_large:
      return true;
    default:
      return failure.is_retryable();
  }
}

bool was_refused_anyway(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const net::HttpError& error) {
    return net::was_busy_too_long(error) || error.status() == net::body_too_large;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

// An HTTP response body; adds its traffic as it is read.
class HttpSession::Body final : public Answer {
 public:
  Body(std::unique_ptr<net::HttpResponse> response, net::Traffic& traffic)
      : response_(std::move(response)), traffic_(traffic) {}
  ~Body() override {
    count();
    traffic_.bytes_sent += response_->bytes_sent();
  }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  coro::Task<std::string_view> read() override {
    count();
    return response_->read();
  }
  net::HttpResponse& http() { return *response_; }

 private:
  void count() {
    const auto now = response_->bytes_received();
    traffic_.bytes_received += now - std::exchange(counted_, now);
  }

  std::unique_ptr<net::HttpResponse> response_;
  net::Traffic& traffic_;
  std::uint64_t counted_ = 0;
};

HttpSession::HttpSession(const Shared& shared, const atom::Url& url)
    : client_(shared.client),
      handshakes_(shared.handshakes),
      credentials_(shared.credentials),
      config_(shared.config),
      pool_(shared.pool),
      url_(url),
      settings_(http_settings(shared.config, url)) {
  base_ = std::string(atom::scheme_name(url.scheme())) + "://" + url.host();
  if (url.port()) base_ += ":" + std::to_string(*url.port());
  std::string_view path = url.path();
  while (path.ends_with('/')) path.remove_suffix(1);
  base_ += path;
}

atom::Url HttpSession::place() const {
  return unwrap(atom::Url::parse(base_));
}

std::string HttpSession::origin() const {
  return place().origin();
}

net::HttpRequest HttpSession::request(std::string path, bool v2) {
  net::HttpRequest out;
  out.url = base_ + std::move(path);
  if (v2) out.headers.emplace_back("Git-Protocol: version=2");
  out.settings = settings_;
  out.persists = persists_across_requests();
  out.observer = this;
  return out;
}

void HttpSession::repeated(net::Repeat why) {
  note_repeat(why);
  handshakes_.reuse_failed(origin());
}

coro::Task<Capabilities> HttpSession::capabilities(Certainty certainty, net::Patience patience) {
  if (capabilities_) co_return *capabilities_;
  if (doubted_) {
    if (handshakes_.is_old(origin())) throw NotProtocolV2();
    // What is known has just proved wrong: ask, whatever other sessions know.
    Capabilities own = co_await handshake(patience);
    handshakes_.learned(origin(), own);
    capabilities_ = std::move(own);
    co_return *capabilities_;
  }
  const std::string where = origin();
  const bool may_skip = handshakes_.may_skip_handshake(place());
  if (!may_skip && !handshakes_.is_old(where) && handshakes_.known(where)) {
    Capabilities own = co_await handshake(patience);
    handshakes_.learned(origin(), own);
    capabilities_ = std::move(own);
    co_return *capabilities_;
  }
  if (may_skip && certainty == Certainty::presumed && handshakes_.is_unknown(where)) {
    assumed_ = true;
    shakes_hands_beside_ = true;
    co_return Capabilities::presumed();  // not stored: the next command may know more
  }
  Handshakes::Turn turn = co_await handshakes_.enter(where);
  if (turn.known() && !handshakes_.may_skip_handshake(place())) {
    capabilities_ = co_await handshake(patience);
    co_return *capabilities_;
  }
  if (turn.known()) {
    assumed_ = true;
    capabilities_ = turn.known();
    co_return *capabilities_;
  }
  co_await shake_hands(&turn, patience);
  co_return *capabilities_;
}

coro::Task<> HttpSession::shake_hands(Handshakes::Turn* turn, net::Patience patience) {
  const std::string where = origin();
  try {
    capabilities_ = co_await handshake(patience);
    assumed_ = false;
  } catch (const net::HttpError& error) {
    if (error.status() == 0) turn->unreachable(error);
    throw;
  }
  if (origin() == where) {
    turn->learned(*capabilities_);
  } else {
    handshakes_.learned(origin(), *capabilities_);
  }
}

// The command goes to the URL where it would have gone without the handshake. If both fail, the handshake's failure is
// more informative. If only the command fails, it is repeated, at the URL to which the handshake was redirected and
// with known capabilities. Only the command waits for a busy host: its response must not wait for the handshake.
coro::Task<std::unique_ptr<HttpSession::Body>> HttpSession::post_beside_handshake(Command command,
                                                                                  Handshakes::Turn turn) {
  std::unique_ptr<Body> body;
  std::exception_ptr refused, unmet;
  std::vector<coro::Task<>> both;
  both.push_back(try_shake_hands(&turn, net::Patience::hasty, &unmet));
  both.push_back(try_post(command, &body, &refused));
  co_await coro::all(std::move(both));
  if (!refused) co_return std::move(body);
  if (was_refused_anyway(refused)) std::rethrow_exception(refused);
  if (!unmet) co_return co_await post(std::move(command), true);
  if (was_refused_anyway(unmet)) std::rethrow_exception(refused);  // start_afresh() will ask again
  assumed_ = false;                                                // a second handshake would not help
  std::rethrow_exception(unmet);
}

coro::Task<> HttpSession::try_shake_hands(Handshakes::Turn* turn, net::Patience patience, std::exception_ptr* failure) {
  try {
    co_await shake_hands(turn, patience);
  } catch (const Error&) {
    *failure = std::current_exception();
  }
}

coro::Task<> HttpSession::try_post(Command command, std::unique_ptr<Body>* body, std::exception_ptr* failure) {
  try {
    *body = co_await post(std::move(command), true);
  } catch (const Error&) {
    *failure = std::current_exception();
  }
}

// Sends a request and adds its cost to the traffic.
coro::Task<std::unique_ptr<HttpSession::Body>> HttpSession::send(net::HttpRequest request,
                                                                 std::uint64_t net::Traffic::* counter) {
  const atom::Url* scope = is_moved() ? nullptr : &url_;
  auto response = co_await net::send_with_logins(client_, credentials_, scope, std::move(request), traffic(), counter);
  co_return std::make_unique<Body>(std::move(response), traffic());
}

coro::Task<Capabilities> HttpSession::handshake(net::Patience patience) {
  const std::unique_ptr<Body> body = co_await discover(true, patience);
  AdvertisementParser parser;
  while (true) {
    const std::string_view bytes = co_await body->read();
    if (bytes.empty()) break;
    unwrap(parser.feed(bytes));
    if (parser.is_old_protocol()) {
      handshakes_.speaks_no_v2(origin());
      handshakes_.answered_as_git(place());
      throw NotProtocolV2();
    }
  }
  Capabilities found = unwrap(parser.finish());
  unwrap(found.usable());
  handshakes_.answered_as_git(place());
  co_return found;
}

// Returns the response to the discovery request, with status 200, after redirects.
coro::Task<std::unique_ptr<HttpSession::Body>> HttpSession::discover(bool v2, net::Patience patience) {
  for (int redirects = 0;; ++redirects) {
    net::HttpRequest discovery = request(std::string(discovery_path), v2);
    discovery.compressed = true;
    discovery.patience = patience;
    // Those who wait for the capabilities of the host will need connections of their own.
    discovery.followers = [this] { return handshakes_.waiting(origin()); };
    if (v2) discovery.body_limit = handshake_limit;
    const std::string asked = discovery.url;
    std::unique_ptr<Body> body = co_await send(std::move(discovery), &net::Traffic::handshakes);
    net::HttpResponse& http = body->http();
    if (http.status() == 200) {
      check_advertisement(http);
      co_return body;
    }
    co_await drain(&http);
    const bool redirected = http.status() >= 300 && http.status() < 400 && !http.location().empty();
    if (!redirected) throw net::status_error(http.status(), origin(), http.retry_after());
    if (redirects == most_redirects) throw net::HttpError(protocol_error("too many redirects"), http.status());
    follow(asked, http.location());
  }
}

void HttpSession::follow(const std::string& from, const std::string& location) {
  const auto refuse = [](const std::string& why) {
    throw net::HttpError(Error(Kind::remote, "redirect refused: " + why), 302);
  };
  const auto target = atom::Url::parse(location);
  if (!target) refuse(target.error().message());
  if (!target->user().empty()) refuse("the URL contains a user name");
  const bool secure = target->scheme() == atom::Url::Scheme::https;
  if (!secure && target->scheme() != atom::Url::Scheme::http) refuse(printable(target->str(), 200));
  if (!secure && from.starts_with("https:")) refuse(printable(target->str(), 200) + " is not https");
  if (!location.ends_with(discovery_path)) {
    refuse(printable(target->str(), 200) + " is not the URL of a repository");
  }
  const std::string base = location.substr(0, location.size() - discovery_path.size());
  if (const auto repository = atom::Url::parse_repository(base); !repository) refuse(repository.error().message());
  base_ = base;
  net::HttpSettings settings = *http_settings(config_, unwrap(atom::Url::parse(base_)));
  if (is_moved()) settings.headers.clear();
  settings_ = std::make_shared<const net::HttpSettings>(std::move(settings));
}

coro::Task<std::unique_ptr<Answer>> HttpSession::exchange(Command command) {
  std::unique_ptr<Answer> answer;
  // Taken only now: a turn is released whatever happens to this request.
  const bool unsure = std::exchange(shakes_hands_beside_, false);
  std::optional<Handshakes::Turn> turn = unsure ? handshakes_.try_enter(origin()) : std::nullopt;
  if (turn) {
    answer = co_await post_beside_handshake(std::move(command), *std::move(turn));
  } else {
    answer = co_await post(std::move(command), true);
  }
  co_return answer;
}

coro::Task<std::unique_ptr<HttpSession::Body>> HttpSession::post(Command command, bool v2) {
  net::HttpRequest post = request("/git-upload-pack", v2);
  post.headers.emplace_back("Content-Type: application/x-git-upload-pack-request");
  post.headers.emplace_back("Accept: application/x-git-upload-pack-result");
  if (command.body.size() >= smallest_compressed_body) {
    const auto compress = [&command] { return gzip(command.body); };
    command.body = co_await coro::offload(pool_, compress);
    post.headers.emplace_back("Content-Encoding: gzip");
  }
  post.body = std::move(command.body);
  post.compressed = command.compressible;
  post.patience = command.patience;
  if (command.answer_limit != 0) post.body_limit = command.answer_limit;
  std::unique_ptr<Body> body = co_await send(std::move(post), &net::Traffic::requests);
  net::HttpResponse& http = body->http();
  if (http.status() != 200) {
    co_await drain(&http);
    throw net::status_error(http.status(), origin(), http.retry_after());
  }
  if (const std::string type = http.content_type(); type != "application/x-git-upload-pack-result") {
    throw protocol_error("unexpected content type \"" + printable(type, 60) + "\"");
  }
  co_return body;
}

class HttpSession::V0Talk final : public V0Conversation {
 public:
  V0Talk(HttpSession& session, std::unique_ptr<Body> refs) : session_(session), body_(std::move(refs)) {}

  coro::Task<std::string_view> read() override { return body_->read(); }
  coro::Task<> ask(Command request) override { body_ = co_await session_.post(std::move(request), false); }

 private:
  HttpSession& session_;
  std::unique_ptr<Body> body_;
};

coro::Task<std::unique_ptr<V0Conversation>> HttpSession::converse_in_v0(Purpose /*purpose*/, net::Patience patience) {
  std::unique_ptr<Body> refs = co_await discover(false, patience);
  std::unique_ptr<V0Conversation> conversation = std::make_unique<V0Talk>(*this, std::move(refs));
  co_return conversation;
}

bool HttpSession::start_afresh(const Error& failure, unsigned begun_in) {
  if (begun_in != generation()) return true;
  if (!assumed_ || doubted_) return false;
  const auto* http = dynamic_cast<const net::HttpError*>(&failure);
  if (http != nullptr && has_other_cause(*http)) return false;  // a handshake would not help
  assumed_ = false;
  doubted_ = true;
  capabilities_.reset();
  return true;
}

namespace {

class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(const TransportContext& context)
      : shared_{context.http, context.handshakes, context.credentials, context.config, context.pool} {}

  std::unique_ptr<Session> open(const atom::Url& url) override { return std::make_unique<HttpSession>(shared_, url); }
  std::vector<std::string> described(const atom::Url& url) const override {
    return http_settings(shared_.config, url)->described();
  }

 private:
  HttpSession::Shared shared_;
};

}  // namespace

std::unique_ptr<Transport> http_transport(const TransportContext& context) {
  return std::make_unique<HttpTransport>(context);
}

}  // namespace eka::git
