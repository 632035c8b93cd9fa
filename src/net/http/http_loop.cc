#include "net/http/http_loop.h"

#include <chrono>
#include <utility>

#include <fcntl.h>

#include "net/http/ca_bundle.h"

namespace eka::net {

struct HttpLoop::Watch {
  Watch(const coro::Executor& reactor, int fd) : descriptor(reactor, fd) {}
  asio::posix::stream_descriptor descriptor;  // the duplicate
  int wanted = CURL_POLL_NONE;
  bool awaits_read = false;
  bool awaits_write = false;
};

HttpLoop::HttpLoop(coro::Executor reactor) : reactor_(std::move(reactor)), timer_(reactor_), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &HttpLoop::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &HttpLoop::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 256L);
}

HttpLoop::~HttpLoop() = default;

const std::string& HttpLoop::ca_bundle() {
  if (!ca_bundle_) {
    const char* const built_in = curl_version_info(CURLVERSION_NOW)->cainfo;
    ca_bundle_ = built_in == nullptr ? "" : ca_bundle_instead_of(built_in);
  }
  return *ca_bundle_;
}

void HttpLoop::add(CURL* easy) {
  curl_multi_add_handle(multi_.get(), easy);
}

void HttpLoop::remove(CURL* easy) {
  curl_multi_remove_handle(multi_.get(), easy);
}

int HttpLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  try {
    static_cast<HttpLoop*>(self)->watch(socket, what);
    return 0;
  } catch (const std::exception&) {
    return -1;  // out of descriptors or memory: libcurl fails the transfers
  }
}

int HttpLoop::on_timer(CURLM*, long milliseconds, void* self) {
  auto& loop = *static_cast<HttpLoop*>(self);
  try {
    loop.set_timer(milliseconds);
    return 0;
  } catch (const std::exception&) {
    return -1;  // out of memory: libcurl fails the transfers
  }
}

void HttpLoop::set_timer(long milliseconds) {
  timer_.cancel();
  if (milliseconds < 0) return;
  timer_.expires_after(std::chrono::milliseconds(milliseconds));
  timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
    if (const auto alive = weak.lock(); alive && !error) alive->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void HttpLoop::watch(curl_socket_t socket, int what) {
  if (what == CURL_POLL_REMOVE) {
    watches_.erase(socket);
    return;
  }
  auto& entry = watches_[socket];
  if (!entry) {
    const int duplicate = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0) {
      watches_.erase(socket);
      throw std::bad_alloc();
    }
    entry = std::make_shared<Watch>(reactor_, duplicate);
  }
  entry->wanted = what;
  arm(socket, entry);
}

void HttpLoop::arm(curl_socket_t socket, const std::shared_ptr<Watch>& watch) {
  // `events` is passed to libcurl; `pending` is the flag of the Watch that is set while this wait is pending.
  const auto wait = [&](asio::posix::descriptor_base::wait_type type, int wanted, int events, bool Watch::* pending) {
    if ((watch->wanted & wanted) == 0 || (*watch).*pending) return;
    (*watch).*pending = true;
    watch->descriptor.async_wait(type, [weak_loop = weak_from_this(), weak_watch = std::weak_ptr(watch), socket, wanted,
                                        events, pending](const asio::error_code& error) {
      const auto loop = weak_loop.lock();
      const auto self = weak_watch.lock();
      if (!loop || !self) return;
      (*self).*pending = false;
      if (error == asio::error::operation_aborted || (self->wanted & wanted) == 0) return;
      loop->act(socket, error ? CURL_CSELECT_ERR : events);
      const auto still = loop->watches_.find(socket);
      if (still != loop->watches_.end() && still->second == self) loop->arm(socket, self);
    });
  };
  using Descriptor = asio::posix::descriptor_base;
  wait(Descriptor::wait_read, CURL_POLL_IN, CURL_CSELECT_IN, &Watch::awaits_read);
  wait(Descriptor::wait_write, CURL_POLL_OUT, CURL_CSELECT_OUT, &Watch::awaits_write);
}

void HttpLoop::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), socket, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    TransferEnd* end = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &end);
    if (end != nullptr) end->ended(code);
  }
}

}  // namespace eka::net
