// Downloads a file over HTTP into a sink.
//
// An interrupted transfer is resumed: a range is requested on the condition that the file has not changed (If-Range,
// with its ETag or date). A server that does not support ranges, or whose file has changed, sends the whole file, and
// the sink is restarted. Transient failures are retried by policy; a failure after some bytes does not count as an
// attempt as long as each attempt receives more.
//
// Proxy, certificate authorities, client certificate and headers are those of DownloadShared::settings_for, for each
// URL that a redirect leads to. If a server responds with 401, logins are looked up (credentials.h).
//
// At most ten redirects are followed, from http to http or https and from https only to https. Logins and headers are
// sent only to the origin of the URL. The bytes are stored as sent: no compression of the transfer is requested.
#pragma once

#include <cstdint>

#include "atom/names/url.h"
#include "net/download/file_sink.h"
#include "net/http/http_client.h"
#include "net/http/http_settings.h"
#include "net/login/credentials.h"
#include "net/policy/retries.h"
#include "net/policy/traffic.h"

namespace eka::net {

struct DownloadLimits {
  std::uint64_t bytes = std::uint64_t{8} << 30;
  int resumptions = 100;
};

// Shared by all downloads, and with other users of the client.
struct DownloadShared {
  HttpClient& client;
  Credentials& credentials;
  HttpSettingsFor settings_for;
};

// `url` is http or https. Referenced objects must outlive the task. Resumes on the client's reactor; throws
// Kind::remote. If cancelled, the sink keeps the bytes received so far.
coro::Task<> download(DownloadShared shared, atom::Url url, FileSink& sink, Traffic& traffic,
                      DownloadLimits limits = {}, coro::RetryPolicy policy = {},
                      coro::Clock& clock = coro::Clock::system(), TellRetry tell = {});

}  // namespace eka::net
