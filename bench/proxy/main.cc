// eka-proxy: a line between a client and a server, as slow and as unreliable as one likes.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include <sys/resource.h>
#include <sys/signalfd.h>

#include "coro/process/descriptor.h"
#include "coro/run/runtime.h"
#include "proxy/proxy.h"

namespace {

using namespace eka;

void print(const atom::Json& json) {
  std::cout << json.canonical() << std::endl;
}

// SIGUSR1 as something to wait for; to be made before there are threads, which inherit that it is blocked.
coro::Descriptor usr1_descriptor() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return coro::Descriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

coro::Task<> tell_when_asked(asio::posix::stream_descriptor& asked, const proxy::Proxy& proxy) {
  while (true) {
    signalfd_siginfo info{};
    co_await asked.async_read_some(asio::buffer(&info, sizeof info), asio::use_awaitable);
    print(proxy.counts());
  }
}

coro::Task<> serve(proxy::Proxy& proxy, asio::posix::stream_descriptor& asked) {
  std::vector<coro::Task<>> tasks;
  tasks.push_back(proxy.serve());
  tasks.push_back(tell_when_asked(asked, proxy));
  co_await coro::all(std::move(tasks));
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(int argc, char** argv) {
  CLI::App app{
      "Stands between a client and ADDRESS:PORT. Prints {\"port\":N}, the port of 127.0.0.1 that it listens on; "
      "counts\n"
      "as one line of JSON whenever it gets SIGUSR1, and when it ends, by SIGTERM or SIGINT."};
  proxy::Options options;
  std::vector<std::string> faults;
  unsigned latency = 0;
  unsigned jitter = 0;
  app.add_option("target", options.target, "what to stand in front of: ADDRESS:PORT")->required();
  app.add_option("--port", options.port, "the port to listen on; 0: any")->capture_default_str();
  app.add_option("--latency", latency, "milliseconds of a round trip; connecting costs one as well")
      ->capture_default_str();
  app.add_option("--bandwidth", options.line.bandwidth,
                 "bytes a second each way, for all connections together; K, M, G are powers of 1024; 0: no limit")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--jitter", jitter, "milliseconds by which each piece is late at most, by chance")
      ->capture_default_str();
  app.add_option("--seed", options.line.seed, "what chance grows from")->capture_default_str();
  app.add_option("--fault", faults, "something that goes wrong, see below; may be repeated");
  app.footer(proxy::fault_manual);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.line.round_trip = std::chrono::milliseconds(latency);
  options.line.jitter = std::chrono::milliseconds(jitter);
  for (const auto& fault : faults) options.faults.push_back(proxy::Fault::parse(fault));

  raise_descriptor_limit();
  coro::Descriptor usr1 = usr1_descriptor();
  coro::Runtime runtime(1);
  asio::posix::stream_descriptor asked(runtime.reactor(), usr1.release());
  proxy::Proxy proxy(runtime.reactor(), std::move(options));
  atom::Json port;
  port["port"] = int{proxy.port()};
  print(port);
  try {
    runtime.run(serve(proxy, asked));
  } catch (const coro::Interrupted&) {
    print(proxy.counts());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "eka-proxy: " << error.what() << '\n';
    return 1;
  }
}
