#include "git/transport/stream_session.h"

#include <utility>

namespace eka::git {

// One command and its response. Until the response begins, a used channel may turn out to be closed.
class StreamSession::Heard final : public Answer {
 public:
  Heard(StreamSession& session, ChannelPool::Lease lease, Command command)
      : session_(session), command_(std::move(command)) {
    lease_.emplace(std::move(lease));
  }

  // Sends the command.
  coro::Task<> begin() {
    bool again = false;
    try {
      co_await start();
    } catch (const Error& error) {
      again = is_repeated_after(error);
      if (!again) throw;
    }
    if (again) co_await repeat();
  }

  coro::Task<std::string_view> read() override {
    if (!lease_) co_return std::string_view();
    if (lease_->talk().at_end()) {
      lease_->give_back(session_.persists_across_requests());
      lease_.reset();
      co_return std::string_view();
    }
    std::string_view bytes;
    bool again = false;
    try {
      bytes = co_await lease_->talk().hear(&session_.traffic());
    } catch (const Error& error) {
      again = is_repeated_after(error);
      if (!again) throw;
    }
    if (again) {
      co_await repeat();
      bytes = co_await lease_->talk().hear(&session_.traffic());
    }
    if (heard_ == 0 && !lease_->is_new()) session_.handshakes_.reuse_worked(session_.url_.origin());
    heard_ += bytes.size();
    if (command_.answer_limit != 0 && heard_ > command_.answer_limit) {
      throw Error(Kind::remote, "the response is longer than " + std::to_string(command_.answer_limit) + " bytes");
    }
    co_return bytes;
  }

 private:
  coro::Task<> start() {
    ++session_.traffic().requests;
    const bool greeting_first = lease_->is_new() && !session_.handshakes_.may_skip_handshake(session_.url_);
    if (!greeting_first) co_await lease_->talk().say(command_.body, &session_.traffic());
    if (lease_->is_new()) co_await session_.hear_greeting(&*lease_);
    if (greeting_first) co_await lease_->talk().say(command_.body, &session_.traffic());
    lease_->talk().next_message();
  }

  bool is_repeated_after(const Error& error) {
    why_ = session_.repeat_of(*lease_, heard_ > 0, repeated_);
    if (why_ != net::Repeat::no) return true;
    if (error.is_retryable()) lease_->overloaded();
    return false;
  }

  coro::Task<> repeat() {
    repeated_ = true;
    lease_.reset();
    session_.note_repeat(why_);
    session_.handshakes_.reuse_failed(session_.url_.origin());
    ChannelPool::Lease fresh = co_await session_.borrow(ChannelPool::Want::new_one);
    lease_.emplace(std::move(fresh));
    co_await start();
  }

  StreamSession& session_;
  Command command_;
  std::optional<ChannelPool::Lease> lease_;
  std::uint64_t heard_ = 0;
  net::Repeat why_ = net::Repeat::no;
  bool repeated_ = false;
};

bool StreamSession::persists_across_requests() const {
  const std::string origin = url_.origin();
  return !handshakes_.is_old(origin) && handshakes_.persists(origin);
}

net::Repeat StreamSession::repeat_of(ChannelPool::Lease& lease, bool answered, bool repeated) const {
  return net::repeat_of({.used_before = !lease.is_new(),
                         .persists = persists_across_requests(),
                         .closed = lease.talk().is_closed(),
                         .answered = answered,
                         .repeated = repeated});
}

coro::Task<ChannelPool::Lease> StreamSession::borrow(ChannelPool::Want want) {
  ChannelPool::Lease lease = co_await channels_.borrow(url_, want);
  if (lease.is_new()) ++traffic().connections;
  co_return lease;
}

coro::Task<Capabilities> StreamSession::capabilities(Certainty certainty, net::Patience /*patience*/) {
  if (capabilities_) co_return *capabilities_;
  if (handshakes_.is_old(url_.origin())) throw NotProtocolV2();
  capabilities_ = handshakes_.known(url_.origin());
  if (capabilities_) co_return *capabilities_;
  // The first command is sent immediately, and the greeting is read before its response (decision 0036).
  if (certainty == Certainty::presumed) co_return Capabilities::presumed();
  ChannelPool::Lease lease = co_await borrow(ChannelPool::Want::new_one);
  capabilities_ = co_await greeting(&lease);
  lease.give_back(persists_across_requests());
  co_return *capabilities_;
}

// Reads the greeting of a new channel.
coro::Task<Capabilities> StreamSession::greeting(ChannelPool::Lease* lease) {
  ++traffic().handshakes;
  AdvertisementParser parser;
  try {
    while (!parser.is_old_protocol()) {
      const std::string_view bytes = co_await lease->talk().hear(&traffic());
      if (bytes.empty()) break;
      unwrap(parser.feed(bytes));
    }
  } catch (const Error& error) {
    if (error.is_retryable()) lease->overloaded();
    throw;
  }
  if (parser.is_old_protocol()) {
    capabilities_.reset();
    handshakes_.speaks_no_v2(url_.origin());
    throw NotProtocolV2();
  }
  lease->talk().greeted();
  Capabilities found = unwrap(parser.finish());
  unwrap(found.usable());
  handshakes_.learned(url_.origin(), found);
  handshakes_.answered_as_git(url_);
  co_return found;
}

coro::Task<> StreamSession::hear_greeting(ChannelPool::Lease* lease) {
  const Capabilities found = co_await greeting(lease);
  was_wrong_ = capabilities_ && found.text() != capabilities_->text();
  capabilities_ = found;
}

coro::Task<std::unique_ptr<Answer>> StreamSession::exchange(Command command) {
  ChannelPool::Lease lease = co_await borrow(ChannelPool::Want::waiting);
  auto heard = std::make_unique<Heard>(*this, std::move(lease), std::move(command));
  co_await heard->begin();
  std::unique_ptr<Answer> answer = std::move(heard);
  co_return answer;
}

// A channel in protocol v0: the list of refs, then one request.
class StreamSession::V0Talk final : public V0Conversation {
 public:
  V0Talk(StreamSession& session, ChannelPool::Lease lease) : session_(session) {
    listing_ = std::exchange(lease.talk().listing, std::nullopt);
    lease_.emplace(std::move(lease));
  }

  const V0Listing* listing() const override { return listing_ ? &*listing_ : nullptr; }

  coro::Task<std::string_view> read() override {
    if (!asked_) co_return co_await hear_list();
    std::string_view bytes;
    bool again = false;
    try {
      bytes = co_await hear_answer();
    } catch (const Error& error) {
      again = is_repeated_after(error);
      if (!again) throw;
    }
    if (again) {
      co_await repeat();
      bytes = co_await hear_answer();
    }
    answered_ = true;
    co_return bytes;
  }

  coro::Task<> ask(Command request) override {
    asked_ = true;
    request_ = std::move(request);
    bool again = false;
    try {
      co_await send();
    } catch (const Error& error) {
      again = is_repeated_after(error);
      if (!again) throw;
    }
    if (again) co_await repeat();
  }

  void keep(V0Listing listing) override {
    lease_->talk().listing = std::move(listing);
    lease_->give_back(true);
    lease_.reset();
  }

 private:
  coro::Task<std::string_view> hear_list() {
    try {
      co_return co_await lease_->talk().hear(&session_.traffic());
    } catch (const Error& error) {
      if (error.is_retryable()) lease_->overloaded();
      throw;
    }
  }

  // If the stream ends before the first byte, the channel was closed.
  coro::Task<std::string_view> hear_answer() {
    const std::string_view bytes = co_await lease_->talk().hear_to_the_end(&session_.traffic());
    if (!bytes.empty() || answered_) co_return bytes;
    Error why = co_await lease_->talk().why_it_ended();
    throw why;
  }

  coro::Task<> send() {
    ++session_.traffic().requests;
    co_await lease_->talk().say(request_.body, &session_.traffic());
    lease_->talk().next_message();
    lease_->talk().greeted();
  }

  bool is_repeated_after(const Error& error) {
    why_ = session_.repeat_of(*lease_, answered_, repeated_);
    if (why_ != net::Repeat::no) return true;
    if (error.is_retryable()) lease_->overloaded();
    return false;
  }

  coro::Task<> repeat() {
    repeated_ = true;
    lease_.reset();
    session_.note_repeat(why_);
    ChannelPool::Lease fresh = co_await session_.borrow(ChannelPool::Want::new_one);
    lease_.emplace(std::move(fresh));
    ++session_.traffic().handshakes;
    while (true) {
      const std::string_view list = co_await hear_list();
      if (list.empty()) break;
    }
    co_await send();
  }

  StreamSession& session_;
  std::optional<ChannelPool::Lease> lease_;
  std::optional<V0Listing> listing_;
  Command request_;
  bool asked_ = false;
  bool answered_ = false;
  net::Repeat why_ = net::Repeat::no;
  bool repeated_ = false;
};

coro::Task<std::unique_ptr<V0Conversation>> StreamSession::converse_in_v0(Purpose purpose, net::Patience /*patience*/) {
  using Want = ChannelPool::Want;
  ChannelPool::Lease lease = co_await borrow(purpose == Purpose::fetch ? Want::listed : Want::new_one);
  if (lease.is_new()) ++traffic().handshakes;
  std::unique_ptr<V0Conversation> conversation = std::make_unique<V0Talk>(*this, std::move(lease));
  co_return conversation;
}

bool StreamSession::start_afresh(const Error&, unsigned begun_in) {
  if (begun_in != generation_) return true;
  if (!was_wrong_) return false;
  was_wrong_ = false;
  ++generation_;
  return true;
}

namespace {

class StreamTransport final : public Transport {
 public:
  StreamTransport(const TransportContext& context, std::unique_ptr<Dialer> dialer, const ChannelPool::Bounds& bounds,
                  std::vector<std::string> described)
      : handshakes_(context.handshakes),
        dialer_(std::move(dialer)),
        channels_(*dialer_, {.connect = context.timeouts.connect, .stall = context.timeouts.stall}, bounds),
        described_(std::move(described)) {}

  std::unique_ptr<Session> open(const atom::Url& url) override {
    return std::make_unique<StreamSession>(channels_, handshakes_, url);
  }
  std::vector<std::string> described(const atom::Url& /*url*/) const override { return described_; }

 private:
  Handshakes& handshakes_;
  std::unique_ptr<Dialer> dialer_;
  ChannelPool channels_;
  std::vector<std::string> described_;
};

}  // namespace

std::unique_ptr<Transport> stream_transport(const TransportContext& context, std::unique_ptr<Dialer> dialer,
                                            const ChannelPool::Bounds& bounds, std::vector<std::string> described) {
  return std::make_unique<StreamTransport>(context, std::move(dialer), bounds, std::move(described));
}

}  // namespace eka::git
