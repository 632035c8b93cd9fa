#include "cli/output/print.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "base/workflow_text.h"

namespace eka::cli {
namespace {

static_assert(OutputClosed::exit_code == 128 + SIGPIPE);

// Returns 0 or an errno. SIGPIPE must be ignored.
int write_whole(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Another process that shares this terminal or pipe has made it non-blocking.
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// For strings of JSON, in which "\x23" would be invalid: as \u0023, which has the same meaning.
std::string json_bytes(const std::string& document) {
  std::string out = printable_json(document);
  if (!reads_workflow_commands()) return out;
  constexpr std::string_view older_command = "##[";
  for (auto at = out.find(older_command); at != out.npos; at = out.find(older_command, at)) {
    out.replace(at + 1, 1, "\\u0023");
  }
  return out;
}

std::string for_reader(const std::string& bytes) {
  return reads_workflow_commands() ? without_workflow_commands(bytes) : bytes;
}

}  // namespace

Text::Text(std::string_view raw) : bytes_(printable(raw, unlimited, true)) {}

Text Text::styled(const char* style, const Text& text) {
  Text out;
  out.bytes_ = fmt::format("\x1b[{}m{}\x1b[0m", style, text.bytes_);
  return out;
}

Text Text::erase_lines(std::size_t lines) {
  Text out;
  out.bytes_ = lines < 2 ? "\r\x1b[J" : fmt::format("\r\x1b[{}A\x1b[J", lines - 1);
  return out;
}

Text Text::pretty(const atom::Json& document) {
  Text out;
  out.bytes_ = json_bytes(document.pretty());
  return out;
}

Text Text::line(const atom::Json& document) {
  Text out;
  out.bytes_ = json_bytes(document.canonical());
  return out;
}

Text& Text::operator+=(const Text& more) {
  bytes_ += more.bytes_;
  return *this;
}

void print(const Text& text) {
  const int problem = write_whole(STDOUT_FILENO, for_reader(text.bytes()));
  if (problem == EPIPE) throw OutputClosed();
  if (problem != 0) {
    throw Error(Kind::failure, "cannot write to standard output: " + std::generic_category().message(problem));
  }
}

void print_bytes(std::string_view bytes) {
  if (::isatty(STDOUT_FILENO) != 0) {
    throw Error(Kind::usage, "standard output is a terminal").with_hint("redirect it, or name a file");
  }
  const int problem = write_whole(STDOUT_FILENO, bytes);
  if (problem != 0) {
    throw Error(Kind::failure, "cannot write to standard output: " + std::generic_category().message(problem));
  }
}

void print_error(const Text& text) {
  (void)write_whole(STDERR_FILENO, for_reader(text.bytes()));
}

bool reads_workflow_commands() {
  const char* value = std::getenv("GITHUB_ACTIONS");
  return value != nullptr && std::string_view(value) == "true";
}

void print_workflow_command(std::string_view command,
                            const std::vector<std::pair<std::string, std::string>>& properties,
                            std::string_view message) {
  std::string line = "::" + std::string(command);
  for (std::size_t i = 0; i < properties.size(); ++i) {
    line += (i == 0 ? " " : ",") + properties[i].first + "=" + workflow_property(printable(properties[i].second));
  }
  line += "::" + workflow_message(printable(message, unlimited, true)) + "\n";
  (void)write_whole(STDERR_FILENO, line);
}

bool error_is_terminal() {
  return ::isatty(STDERR_FILENO) != 0;
}

bool output_is_terminal() {
  return ::isatty(STDOUT_FILENO) != 0;
}

std::size_t error_width() {
  winsize size{};
  constexpr std::size_t usual = 80;
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

bool output_is_closed() {
  pollfd output{STDOUT_FILENO, 0, 0};
  return ::poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

void hold_standard_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
    // open() returns the lowest free number, which is the closed one. Standard output is opened for reading, so writing
    // fails.
    if (::open("/dev/null", number == STDERR_FILENO ? O_WRONLY : O_RDONLY) != number) std::abort();
  }
}

}  // namespace eka::cli
