// eka-proxy: simulates a slow and unreliable network between a client and a server.
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

// Waits for SIGUSR1; must be created before any thread, so that all threads inherit the blocked signal.
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
      "Simulates a slow and unreliable network between clients and ADDRESS:PORT. Prints {\"port\":N}, the port on\n"
      "127.0.0.1 where it listens. On SIGUSR1, and when terminated by SIGTERM or SIGINT, prints traffic counters as a\n"
      "line of JSON."};
  proxy::Options options;
  std::vector<std::string> faults;
  unsigned latency = 0;
  unsigned jitter = 0;
  app.add_option("target", options.target, "server to forward to: ADDRESS:PORT")->required();
  app.add_option("--port", options.port, "port to listen on; 0: any free port")->capture_default_str();
  app.add_option("--latency", latency, "round-trip time in milliseconds; connecting takes one round trip")
      ->capture_default_str();
  app.add_option("--bandwidth", options.line.bandwidth,
                 "bytes per second in each direction, for all connections together; suffixes K, M, G; 0: unlimited")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--jitter", jitter, "maximum random delay of each piece in milliseconds")->capture_default_str();
  app.add_option("--seed", options.line.seed, "random seed")->capture_default_str();
  app.add_option("--fault", faults, "fault to inject, see below (repeatable)");
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
