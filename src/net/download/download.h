// A file over HTTP into a sink.
//
// A transfer that breaks is taken up where it broke: a range is asked for on the condition that the file is still the
// one that was begun (If-Range, with its ETag or its date). A server that knows no ranges, or has another file now,
// sends it whole, and the sink begins again. Transient failures are tried again by policy; one that came
// after some bytes is not counted as a try as long as every try brings more.
//
// Proxy, authorities, client certificate and headers are those of DownloadShared::settings_for, for each place that a
// redirect leads to. Where a server answers 401, logins are looked for (credentials.h).
//
// Redirects are followed, at most ten, from http to http or https and from https to https only. Logins and headers go
// to the origin that the URL names, and to no other. The bytes are taken as the server sends them: no compression of
// the transfer is asked for.
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

// What downloads share with each other, and with other users of the client.
struct DownloadShared {
  HttpClient& client;
  Credentials& credentials;
  HttpSettingsFor settings_for;
};

// `url` is http or https. What it references must outlive it. Resumes on the client's reactor, and throws Kind::remote.
// When it is cancelled the sink holds what had come.
coro::Task<> download(DownloadShared shared, atom::Url url, FileSink& sink, Traffic& traffic,
                      DownloadLimits limits = {}, coro::RetryPolicy policy = {},
                      coro::Clock& clock = coro::Clock::system(), TellRetry tell = {});

}  // namespace eka::net
