#include "proxy/connection.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "coro/task/timeout.h"

namespace eka::proxy {
namespace {

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string status_answer(const Fault& fault) {
  return fmt::format(
      "HTTP/1.1 {} Injected\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nConnection: close\r\n{}\r\ninjected\n",
      fault.code, fault.headers);
}

// Small pieces, so that delays can be applied between them.
std::size_t piece_size(const Line& line) {
  return line.bandwidth != 0 ? std::size_t{16} << 10 : std::size_t{64} << 10;
}

}  // namespace

Connection::Connection(Shared& shared, Socket client, Socket server)
    : shared_(shared),
      client_(std::move(client)),
      server_(std::move(server)),
      up_(shared.up, std::chrono::steady_clock::now() + shared.up.line().round_trip * 3 / 2),
      down_(shared.down, {}),
      number_(++shared.counts.connections) {
  shared_.counts.most_open = std::max(shared_.counts.most_open, ++shared_.counts.open);
  asio::error_code ignored;
  client_.set_option(asio::ip::tcp::no_delay(true), ignored);
  server_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Connection::~Connection() {
  --shared_.counts.open;
}

coro::Task<> Connection::run() {
  group_.emplace(co_await asio::this_coro::executor);
  group_->start(read_client());
  group_->start(read_server());
  group_->start(write_client());
  group_->start(write_server());
  co_await group_->join();
}

coro::Task<> Connection::read_client() {
  while (true) {
    const std::string bytes = co_await read_some(client_, piece_size(shared_.up.line()));
    if (bytes.empty()) break;
    shared_.counts.bytes_up += bytes.size();
    if (stalled_ || over_) continue;
    requests_.feed(bytes);
    while (auto piece = requests_.next()) co_await take(*std::move(piece));
  }
  // An HTTP client that closes its side has finished; with other protocols, it may still be reading.
  if (is_http_ || stalled_ || over_) {
    group_->cancel();
  } else {
    up_.end(DelayLine::End::close);
  }
}

coro::Task<> Connection::read_server() {
  while (!over_) {
    std::string bytes = co_await read_some(server_, piece_size(shared_.down.line()));
    if (bytes.empty()) {
      hang_up(DelayLine::End::close);
    } else if (!stalled_) {
      co_await pass(std::move(bytes), Fault::Direction::down);
    }
    if (stalled_) co_return;  // makes the server wait, too
  }
}

coro::Task<> Connection::write_client() {
  DelayLine::End how = DelayLine::End::close;
  if (co_await down_.deliver(client_, how)) {
    if (how == DelayLine::End::reset) {
      reset(client_);
    } else {
      half_close(client_);
    }
  }
  group_->cancel();
}

coro::Task<> Connection::write_server() {
  DelayLine::End how = DelayLine::End::close;
  if (co_await up_.deliver(server_, how)) half_close(server_);
}

coro::Task<> Connection::take(RequestReader::Piece piece) {
  using Type = RequestReader::Piece::Type;
  if (piece.type == Type::head || !std::exchange(begun_, true)) meet(piece);
  begun_ = true;
  if (fault_ && fault_->answers()) {
    if (piece.last || piece.type == Type::opaque) co_await answer();
    co_return;
  }
  co_await pass(std::move(piece.bytes), Fault::Direction::up);
}

// Selects the fault of a request, or of a connection that is not HTTP.
void Connection::meet(RequestReader::Piece& piece) {
  Occasion occasion{.connection = number_};
  if (piece.type == RequestReader::Piece::Type::head) {
    is_http_ = true;
    ++shared_.counts.requests;
    occasion.first_line = piece.first_line;
    occasion.body_start = piece.body_start;
  }
  fault_ = shared_.plan.next(occasion);
  cutter_.reset();
  if (!fault_) return;
  cutter_.emplace(*fault_);
  if (is_http_ && piece.first_line.ends_with(" HTTP/1.1")) piece.bytes[piece.first_line.size() - 1] = '0';
}

coro::Task<> Connection::answer() {
  if (fault_->kind == Fault::Kind::endless_refs) {
    co_await answer_endlessly();
    co_return;
  }
  std::string bytes = fault_->kind == Fault::Kind::status ? status_answer(*fault_) : contents(fault_->file);
  shared_.counts.bytes_down += bytes.size();
  co_await down_.put(std::move(bytes));
  hang_up(DelayLine::End::close);
}

coro::Task<> Connection::answer_endlessly() {
  std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\nConnection: close\r\n\r\n";
  for (std::uint64_t i = 0;; ++i) {
    const std::string line = fmt::format("{:040x} refs/eka/atoms/endless/0.0.{}\n", i, i);
    bytes += fmt::format("{:04x}{}", line.size() + 4, line);
    if (bytes.size() < (64 << 10)) continue;
    shared_.counts.bytes_down += bytes.size();
    co_await down_.put(std::exchange(bytes, {}));
  }
}

coro::Task<> Connection::pass(std::string bytes, Fault::Direction direction) {
  DelayLine& line = direction == Fault::Direction::up ? up_ : down_;
  Cutter::Verdict verdict{std::move(bytes), Cutter::Then::go_on, {}};
  if (cutter_ && fault_->direction == direction) verdict = cutter_->take(std::move(verdict.pass));
  if (direction == Fault::Direction::down) shared_.counts.bytes_down += verdict.pass.size();
  co_await line.put(std::move(verdict.pass));
  switch (verdict.then) {
    case Cutter::Then::go_on:
      break;
    case Cutter::Then::reset:
      hang_up(DelayLine::End::reset);
      break;
    case Cutter::Then::close:
      hang_up(DelayLine::End::close);
      break;
    case Cutter::Then::stall:
      stalled_ = true;
      break;
    case Cutter::Then::trickle:
      co_await trickle(std::move(verdict.rest), line);
      break;
  }
}

coro::Task<> Connection::trickle(std::string bytes, DelayLine& line) {
  for (const char byte : bytes) {
    co_await coro::sleep(fault_->every);
    co_await line.put(std::string(1, byte));
  }
}

void Connection::hang_up(DelayLine::End how) {
  if (std::exchange(over_, true)) return;
  down_.end(how);
}

}  // namespace eka::proxy
