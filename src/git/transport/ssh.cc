#include "git/transport/ssh.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "coro/process/process.h"
#include "coro/process/tcp.h"
#include "coro/task/task_group.h"
#include "coro/task/timeout.h"
#include "git/config/child_environment.h"
#include "git/transport/stream_session.h"

namespace eka::git {
namespace {

constexpr std::size_t longest_errors = 16 << 10;        // of standard error, stored
constexpr std::chrono::milliseconds time_to_end{2000};  // for ssh to exit after its stream has ended
constexpr std::chrono::milliseconds grace{500};

coro::Task<> read_once(coro::Process* process, std::span<std::byte> into, std::size_t* got, coro::TaskGroup* group) {
  *got = co_await process->read_output(into);
  group->cancel();
}

// Reads standard error, so that ssh does not block on it.
coro::Task<> drain(coro::Process* process, std::string* into) {
  std::vector<std::byte> buffer(4096);
  while (true) {
    const std::size_t got = co_await process->read_errors(buffer);
    if (got == 0) co_return;
    const std::size_t kept = std::min(got, longest_errors - std::min(longest_errors, into->size()));
    into->append(reinterpret_cast<const char*>(buffer.data()), kept);
  }
}

class SshChannel final : public Channel {
 public:
  SshChannel(coro::Executor executor, const coro::Command& command, std::string host)
      : process_(std::move(executor), command), host_(std::move(host)) {}

  coro::Task<std::size_t> read(std::span<std::byte> into) override {
    std::size_t got = 0;
    coro::TaskGroup group(co_await asio::this_coro::executor);
    group.start(drain(&process_, &errors_));
    group.start(read_once(&process_, into, &got, &group));
    co_await group.join();  // cancelled by read_once()
    co_return got;
  }

  coro::Task<> write(std::string_view bytes) override {
    const bool taken = co_await process_.write_input(std::as_bytes(std::span(bytes)));
    if (taken) co_return;
    Error why = co_await why_it_ended();
    throw why;
  }

  coro::Task<Error> why_it_ended() override {
    process_.close_input();
    coro::Exit exit;
    exit.status = co_await ended();
    co_await drain(&process_, &errors_);  // it has exited: does not wait
    co_return ssh_error(errors_, exit.code().value_or(255), host_);
  }

  Error not_git(const std::string& words) const override {
    return Error(Kind::remote,
                 "ssh to " + host_ + ": the login shell prints text before git responds: \"" + words + "\"")
        .with_hint(
            "nothing may be printed when ssh runs a command: in the startup files of that account (.bashrc, .profile), "
            "print only in interactive shells");
  }

 private:
  coro::Task<int> ended() {
    std::optional<int> status;
    try {
      status = co_await coro::timeout(time_to_end, process_.wait());
    } catch (const Error&) {
      // It has not exited in time.
    }
    if (!status) status = co_await process_.end(grace);
    co_return *status;
  }

  coro::Process process_;
  std::string host_;
  std::string errors_;
};

}  // namespace

SshProgram ssh_program(const std::string& configured) {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (std::string line = variable("GIT_SSH_COMMAND"); !line.empty()) return {std::move(line), true};
  if (!configured.empty()) return {configured, true};
  if (std::string program = variable("GIT_SSH"); !program.empty()) return {std::move(program), false};
  return {};
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '!') {
      out += "'\\";
      out += c;
      out += '\'';
    } else {
      out += c;
    }
  }
  return out + "'";
}

// The program with the options that the user gave it.
std::vector<std::string> SshDialer::words() const {
  if (!program_.for_shell) return {program_.command};
  return {"/bin/sh", "-c", program_.command + " \"$@\"", program_.command};
}

coro::Task<std::unique_ptr<Channel>> SshDialer::dial(atom::Url url) {
  std::string host = url.host();
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const std::string who = url.user().empty() ? host : url.user() + "@" + host;
  const std::string path = url.path().substr(url.path().starts_with("/~") ? 1 : 0);
  // Url rejects these already; they would be options of ssh or git-upload-pack.
  if (who.starts_with('-') || host.starts_with('-') || path.starts_with('-')) {
    throw Error(Kind::usage, "host and path must not start with “-”: " + url.str());
  }
  std::vector<std::string> destination;
  if (url.port()) destination = {"-p", std::to_string(*url.port())};
  destination.push_back(who);
  std::vector<std::string> route;
  if (routes_ && !is_ip_address(host)) {
    std::vector<std::string> question = words();
    question.emplace_back("-G");
    question.insert(question.end(), destination.begin(), destination.end());
    route = co_await routes_->options(std::move(question));
  }
  coro::Command command;
  command.argv = words();
  command.argv.insert(command.argv.end(), route.begin(), route.end());
  for (const char* const option : {"BatchMode=yes", "SendEnv=GIT_PROTOCOL"}) {
    command.argv.insert(command.argv.end(), {"-o", option});
  }
  command.argv.insert(command.argv.end(), destination.begin(), destination.end());
  command.argv.push_back("git-upload-pack " + shell_quoted(path));
  command.env = child_environment();
  command.env["GIT_PROTOCOL"] = "version=2";
  coro::Executor executor = co_await asio::this_coro::executor;
  std::unique_ptr<Channel> channel = std::make_unique<SshChannel>(std::move(executor), command, std::move(host));
  co_return channel;
}

namespace {

struct Symptom {
  std::string_view words;
  bool transient;
  const char* hint;
};

// The first symptom found in ssh's output decides. ssh prints English messages: LC_ALL=C.
constexpr std::array symptoms = {
    Symptom{"REMOTE HOST IDENTIFICATION HAS CHANGED", false,
            "the host key has changed; if that is expected, remove the old key with `ssh-keygen -R` "
            "and connect with ssh once"},
    Symptom{"Host key verification failed", false,
            "the host key is unknown; connect with ssh once and check its fingerprint, or add it "
            "to ~/.ssh/known_hosts."},
    Symptom{"Too many authentication failures", false,
            "the ssh agent offers too many keys: select one with IdentityFile and IdentitiesOnly in ~/.ssh/config"},
    Symptom{
        "Permission denied", false,
        "the server accepts none of the keys: check that the right key is loaded (ssh-add -l) and known to the server; "
        "ssh cannot prompt for a passphrase when eka runs it"},
    Symptom{"Temporary failure in name resolution", true, ""},
    Symptom{"Could not resolve hostname", false, "check the host name"},
    // An overloaded server causes one of these (MaxStartups, MaxSessions).
    Symptom{"kex_exchange_identification", true, ""},
    Symptom{"ssh_exchange_identification", true, ""},
    Symptom{"banner exchange", true, ""},
    Symptom{"Session open refused by peer", true, ""},
    Symptom{"open failed", true, ""},
    Symptom{"Connection reset", true, ""},
    Symptom{"Connection closed", true, ""},
    Symptom{"Connection refused", true, ""},
    Symptom{"Connection timed out", true, ""},
    Symptom{"Operation timed out", true, ""},
    Symptom{"Network is unreachable", true, ""},
    Symptom{"No route to host", true, ""},
    Symptom{"Broken pipe", true, ""},
    Symptom{"Timeout, server", true, ""},
    Symptom{"does not appear to be a git repository", false, "check the path of the URL"},
    Symptom{"epository not found", false, "check the path of the URL, and whether this key has access"},
    Symptom{"dubious ownership", false, "git on the server rejects a repository owned by another user"},
    Symptom{"command not found", false, "git-upload-pack is not in the PATH on the server"},
    Symptom{"not found", false, ""},
};

}  // namespace

Error ssh_error(std::string_view words, int code, const std::string& host) {
  while (!words.empty() && (words.back() == '\n' || words.back() == '\r')) words.remove_suffix(1);
  std::string message = "ssh to " + host;
  if (words.empty()) {
    message += " exited without output (status " + std::to_string(code) + ")";
    Error error(Kind::remote, std::move(message));
    return code == 255 ? std::move(error).retryable() : std::move(error);
  }
  std::string shown;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find('\n', at), words.size());
    std::string_view line = words.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!shown.empty()) shown += '\n';
    shown += line;
    at = end + 1;
  }
  Error error(Kind::remote, message + ": " + printable(shown, 1000, true));
  const auto symptom = std::ranges::find_if(
      symptoms, [&](const Symptom& each) { return words.find(each.words) != std::string_view::npos; });
  if (symptom == symptoms.end()) return error;
  Error known = std::move(error).with_hint(symptom->hint);  // which may be empty
  return symptom->transient ? std::move(known).retryable() : std::move(known);
}

namespace {

// As in git: GIT_SSH_VARIANT and ssh.variant name the family of the program.
bool is_openssh(const SshProgram& program, const UserConfig& config) {
  const char* const named = std::getenv("GIT_SSH_VARIANT");
  const std::string variant = named != nullptr ? named : config.value("ssh.variant").value_or("auto");
  if (variant == "ssh") return true;
  return (variant == "auto" || variant.empty()) && program.command.find("plink") == std::string::npos;
}

}  // namespace

std::unique_ptr<Transport> ssh_transport(const TransportContext& context) {
  // Each ssh is a process, and a host accepts only a few connections that are not yet authenticated (sshd: MaxStartups
  // 10:30:100).
  constexpr ChannelPool::Bounds bounds{.per_host = {.first = 6, .most = 16}, .at_once = 32, .waiting = 32};
  SshProgram program = ssh_program(context.config.value("core.sshcommand").value_or(""));
  std::vector<std::string> described;
  if (program.command != "ssh") described.push_back("ssh command " + printable(program.command));
  std::unique_ptr<SshRoutes> routes;
  if (is_openssh(program, context.config)) {
    const std::chrono::milliseconds limit = context.timeouts.connect;
    routes = std::make_unique<SshRoutes>([limit](std::string host, std::uint16_t port, int family) {
      return coro::better_address(std::move(host), port, family, limit);
    });
  }
  auto dialer = std::make_unique<SshDialer>(std::move(program), std::move(routes));
  return stream_transport(context, std::move(dialer), bounds, std::move(described));
}

}  // namespace eka::git
