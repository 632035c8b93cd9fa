#include "proxy/delay_line.h"

#include <algorithm>
#include <utility>

namespace eka::proxy {
namespace {

// Sufficient for 80 MB/s with a round-trip time of 100 ms.
constexpr std::size_t most_on_the_way = 4 << 20;

}  // namespace

void DelayLine::add(std::string bytes, End how) {
  last_ = std::max(last_, link_.out(std::chrono::steady_clock::now(), bytes.size()));
  size_ += bytes.size();
  parcels_.push_back({last_, std::move(bytes), how});
  arrived_.notify();
}

coro::Task<> DelayLine::put(std::string bytes) {
  if (bytes.empty()) co_return;
  while (size_ > most_on_the_way) {
    co_await room_.wait([this] { room_.notify(); });
    co_await coro::checkpoint();
  }
  add(std::move(bytes), End::close);
}

void DelayLine::end(End how) {
  add({}, how);
}

coro::Task<DelayLine::Parcel> DelayLine::next() {
  while (parcels_.empty()) {
    co_await arrived_.wait([this] { arrived_.notify(); });
    co_await coro::checkpoint();
  }
  if (const Time due = parcels_.front().due; due > std::chrono::steady_clock::now()) {
    asio::steady_timer timer(co_await asio::this_coro::executor, due);
    co_await timer.async_wait(asio::use_awaitable);
  }
  Parcel parcel = std::move(parcels_.front());
  parcels_.pop_front();
  size_ -= parcel.bytes.size();
  room_.notify();
  co_return parcel;
}

coro::Task<bool> DelayLine::deliver(Socket& to, End& how) {
  while (true) {
    const Parcel parcel = co_await next();
    if (parcel.bytes.empty()) {
      how = parcel.how;
      co_return true;
    }
    if (!co_await write_all(to, parcel.bytes)) co_return false;
  }
}

}  // namespace eka::proxy
