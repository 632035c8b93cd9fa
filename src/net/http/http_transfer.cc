#include "net/http/http_transfer.h"

#include <algorithm>
#include <utility>

#include <sys/socket.h>

#include "base/ascii.h"
#include "net/http/transfer_error.h"
#include "net/policy/retry_after.h"

namespace eka::net {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_redirect(long status) {
  return status >= 300 && status < 400;
}

curl_off_t info(CURL* easy, CURLINFO what) {
  curl_off_t value = 0;
  curl_easy_getinfo(easy, what, &value);
  return value;
}

long number(CURL* easy, CURLINFO what) {
  long value = 0;
  curl_easy_getinfo(easy, what, &value);
  return value;
}

}  // namespace

std::string host_of(const std::string& url) {
  const auto begin = url.find("://");
  return url.substr(0, url.find_first_of("/?", begin == std::string::npos ? 0 : begin + 3));
}

HttpTransfer::HttpTransfer(std::shared_ptr<HttpLoop> loop, HostGate::Pass pass, SocketTurn turn, HttpRequest request,
                           const HttpLimits& limits, coro::Clock& clock, std::function<bool()> is_held_back)
    : loop_(std::move(loop)),
      pass_(std::move(pass)),
      turn_(std::move(turn)),
      request_(std::move(request)),
      host_(host_of(request_.url)),
      buffer_limit_(limits.buffer),
      clock_(clock),
      is_held_back_(std::move(is_held_back)),
      easy_(curl_easy_init()) {
  if (!easy_) throw Error(Kind::failure, "cannot create a libcurl handle");
  configure(limits);
  configure_peers(*request_.settings);
  if (request_.url.starts_with("http:")) configure_sockets();
}

HttpTransfer::~HttpTransfer() {
  if (added_) loop_->remove(easy_.get());
}

void HttpTransfer::configure(const HttpLimits& limits) {
  CURL* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, static_cast<TransferEnd*>(this));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail_.data());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  // A cancelled transfer does not wait for getaddrinfo, which libcurl runs on its own thread.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif

  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, request_.url.starts_with("https:") ? 1L : 0L);
  if (!request_.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(easy, CURLOPT_USERNAME, request_.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, request_.password.c_str());
  }

  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, limits.slowest);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  // While the transfer is paused, libcurl keeps what one full buffer decompresses to (up to a thousand times its size).
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, request_.compressed ? 16L << 10 : 128L << 10);

  if (request_.compressed) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  if (request_.body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body->data());
    if (request_.put) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    request_.headers.emplace_back("Expect:");  // would cost a round trip
  }
  std::vector<std::string> lines = request_.headers;
  lines.insert(lines.end(), request_.settings->headers.begin(), request_.settings->headers.end());
  for (const std::string& header : lines) {
    curl_slist* const longer = curl_slist_append(headers_.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers_.release());  // NOLINT(bugprone-unused-return-value): it is part of `longer`
    headers_.reset(longer);
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());

  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &HttpTransfer::on_ready);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &HttpTransfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &HttpTransfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

// libcurl copies every string.
void HttpTransfer::configure_peers(const HttpSettings& settings) {
  CURL* const easy = easy_.get();
  const auto set = [easy](CURLoption option, const std::string& value) {
    if (!value.empty()) curl_easy_setopt(easy, option, value.c_str());
  };
  set(CURLOPT_USERAGENT, settings.user_agent);
  set(CURLOPT_CAINFO, settings.ca_file.empty() ? loop_->ca_bundle() : settings.ca_file);
  set(CURLOPT_CAPATH, settings.ca_path);
  set(CURLOPT_SSLCERT, settings.certificate);
  set(CURLOPT_SSLKEY, settings.key);
  if (settings.http_1) curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  if (settings.proxy) curl_easy_setopt(easy, CURLOPT_PROXY, settings.proxy->c_str());
}

void HttpTransfer::configure_sockets() {
  CURL* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &HttpTransfer::on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &HttpTransfer::on_socket_options);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, this);
}

// Called by libcurl in turns for each socket that it needs: first this, then on_socket_options().
curl_socket_t HttpTransfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  transfer.spare_ = transfer.loop_->spares().take(&address->addr).release();
  if (transfer.spare_ != CURL_SOCKET_BAD) return transfer.spare_;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int HttpTransfer::on_socket_options(void* self, curl_socket_t socket, curlsocktype) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  return socket == std::exchange(transfer.spare_, CURL_SOCKET_BAD) ? CURL_SOCKOPT_ALREADY_CONNECTED : CURL_SOCKOPT_OK;
}

// Exceptions must not propagate through libcurl, which is C. It ends a transfer whose callback accepts fewer bytes than
// it was given.
int HttpTransfer::on_ready(void* self, char* address, char*, int port, int) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  try {
    const bool may_send = transfer.may_send();
    if (may_send) transfer.open_for_followers(address, port);
    return may_send ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return CURL_PREREQFUNC_ABORT;
  }
}

std::size_t HttpTransfer::on_header(char* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  try {
    transfer.take_header({data, size});
    return size;
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return 0;
  }
}

std::size_t HttpTransfer::on_body(char* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  try {
    return transfer.take_body({data, size});
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return 0;
  }
}

// Called when there is a connection, before the request is sent on it. libcurl repeats a request by itself, up to five
// times, when a used connection ends without a response; the rule allows one repetition, on a new connection.
bool HttpTransfer::may_send() {
  const long opened = number(easy_.get(), CURLINFO_NUM_CONNECTS);
  const bool fresh = opened > std::exchange(connections_, opened);
  if (fresh && request_.observer != nullptr) request_.observer->connected();
  if (!sent_ && is_held_back_ && is_held_back_()) {
    held_back_ = true;
    return false;
  }
  if (!std::exchange(sent_, true)) {
    used_before_ = !fresh;
    return true;
  }
  const Repeat why = repeat_of({.used_before = used_before_,
                                .persists = request_.persists,
                                .closed = true,
                                .answered = headers_complete_,
                                .repeated = repeated_});
  if (why == Repeat::no) return false;
  repeated_ = true;
  used_before_ = false;
  needs_new_ = !fresh;
  tell_of_repeat(why);
  return fresh;
}

void HttpTransfer::open_for_followers(const char* address, int port) {
  if (!request_.followers || address == nullptr || !request_.url.starts_with("http:")) return;
  loop_->spares().open(address, port, request_.followers());
}

void HttpTransfer::tell_of_repeat(Repeat why) {
  if (request_.observer != nullptr) request_.observer->repeated(why);
}

// HTTP/1.0 closes a connection unless both sides agree to keep it; later versions keep it unless one side says
// otherwise, or the end of the connection marks the end of the response.
bool HttpTransfer::server_keeps_open() const {
  const long version = number(easy_.get(), CURLINFO_HTTP_VERSION);
  if (version != CURL_HTTP_VERSION_1_0 && version != CURL_HTTP_VERSION_1_1) return true;
  const std::string connection = lowered(header("Connection"));
  if (version == CURL_HTTP_VERSION_1_0) return connection.find("keep-alive") != std::string::npos;
  if (connection.find("close") != std::string::npos) return false;
  return status_ == 204 || status_ == 304 || !header("Content-Length").empty() || !header("Transfer-Encoding").empty();
}

void HttpTransfer::take_header(std::string_view line) {
  if (headers_complete_) return;  // a trailer
  if (trim(line).empty()) {
    status_ = number(easy_.get(), CURLINFO_RESPONSE_CODE);
    if (status_ < 200) return;  // an interim response; the final headers follow
    headers_complete_ = true;
    if (request_.observer != nullptr && used_before_) request_.observer->reused();
    if (request_.observer != nullptr && !used_before_) request_.observer->keeps_open(server_keeps_open());
    wakeup_.notify();
    return;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && lowered(line.substr(0, colon)) == "location") {
    location_ = trim(line.substr(colon + 1));
  }
}

std::size_t HttpTransfer::take_body(std::string_view bytes) {
  if (bytes.size() > request_.body_limit - decoded_) {
    over_limit_ = true;
    return 0;  // makes libcurl end the transfer
  }
  if (!buffer_.empty() && buffer_.size() + bytes.size() > buffer_limit_) {
    paused_ = true;
    return CURL_WRITEFUNC_PAUSE;  // libcurl will offer the same bytes again
  }
  decoded_ += bytes.size();
  buffer_ += bytes;
  wakeup_.notify();
  return bytes.size();
}

// Called once by libcurl, and again by read() if libcurl cannot continue: the first call counts.
void HttpTransfer::ended(CURLcode code) {
  if (result_) return;
  result_ = code;
  if (needs_new_) {
    wakeup_.notify();
    return;
  }
  if (held_back_) {
    // Says nothing about the host.
  } else if (code == CURLE_OK && (status_ < 400 || (status_ != 429 && status_ < 500))) {
    pass_->went_well();
  } else if (!over_limit_ && !thrown_) {
    pass_->overloaded();
  }
  pass_.reset();
  turn_.reset();
  wakeup_.notify();
}

coro::Task<> HttpTransfer::sleep() {
  // If cancelled, wakes up, and the next co_await of the caller throws.
  co_await wakeup_.wait([this] { wakeup_.notify(); });
}

coro::Task<> HttpTransfer::start() {
  loop_->add(easy_.get());
  added_ = true;
  while (!headers_complete_ && !result_) {
    co_await sleep();
    if (result_ && std::exchange(needs_new_, false)) begin_again();
  }
  if (held_back_) co_return;
  if (!headers_complete_) throw_if_failed();
  if (status_ == 407) throw proxy_error(status_, host_, request_.settings->proxy_name);
  if (is_redirect(status_)) location_ = resolve_url(request_.url, location_);
}

void HttpTransfer::begin_again() {
  loop_->remove(easy_.get());
  added_ = false;
  result_.reset();
  sent_ = false;
  connections_ = 0;
  curl_easy_setopt(easy_.get(), CURLOPT_FRESH_CONNECT, 1L);
  loop_->add(easy_.get());
  added_ = true;
}

coro::Task<std::string_view> HttpTransfer::read() {
  handed_out_.clear();
  while (buffer_.empty() && !result_) co_await sleep();
  std::swap(handed_out_, buffer_);
  if (std::exchange(paused_, false)) {
    const CURLcode code = curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
    if (code != CURLE_OK) ended(code);
  }
  if (handed_out_.empty()) throw_if_failed();
  co_return handed_out_;
}

void HttpTransfer::throw_if_failed() const {
  if (thrown_) std::rethrow_exception(thrown_);
  if (over_limit_) {
    throw Error(Kind::remote, "the response of " + host_ + " is longer than " + std::to_string(request_.body_limit) +
                                  " bytes after decompression");
  }
  const std::string& proxy = request_.settings->proxy_name;
  if (result_ && *result_ != CURLE_OK) {
    const long connect_status = number(easy_.get(), CURLINFO_HTTP_CONNECTCODE);
    if (connect_status >= 300) throw proxy_error(connect_status, host_, proxy);
    // Rejected by may_send(): report the failure that preceded it.
    if (*result_ == CURLE_ABORTED_BY_CALLBACK) throw transfer_error(CURLE_GOT_NOTHING, host_, "", proxy);
    throw transfer_error(*result_, host_, detail_.data(), proxy);
  }
  if (!headers_complete_) throw transfer_error(CURLE_GOT_NOTHING, host_, detail_.data());
}

std::string HttpTransfer::content_type() const {
  const char* type = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &type);
  if (type == nullptr) return {};
  const std::string_view text(type);
  return lowered(trim(text.substr(0, text.find(';'))));
}

std::optional<std::chrono::seconds> HttpTransfer::retry_after() const {
  return net::retry_after(header("Retry-After"), header("Date"), clock_.date());
}

std::string HttpTransfer::header(const char* name) const {
  curl_header* found = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  std::string value = found->value;
  const std::size_t count = found->amount;
  if (count > 1 && curl_easy_header(easy_.get(), name, count - 1, CURLH_HEADER, -1, &found) == CURLHE_OK) {
    value = found->value;
  }
  return value;
}

std::chrono::microseconds HttpTransfer::answer_time() const {
  return std::chrono::microseconds(info(easy_.get(), CURLINFO_STARTTRANSFER_TIME_T) -
                                   info(easy_.get(), CURLINFO_PRETRANSFER_TIME_T));
}

std::uint64_t HttpTransfer::bytes_received() const {
  return static_cast<std::uint64_t>(info(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T) +
                                    number(easy_.get(), CURLINFO_HEADER_SIZE));
}

std::uint64_t HttpTransfer::bytes_sent() const {
  return static_cast<std::uint64_t>(info(easy_.get(), CURLINFO_SIZE_UPLOAD_T) +
                                    number(easy_.get(), CURLINFO_REQUEST_SIZE));
}

}  // namespace eka::net
