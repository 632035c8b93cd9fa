// A server program for the duration of a test. Stopped by the destructor, or when the test process ends.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace eka::git::test {

// Starts it without input; its output is appended to `log`.
pid_t start_server(const std::vector<std::string>& argv, const std::filesystem::path& log,
                   const std::map<std::string, std::string>& environment = {});

class ServerProcess {
 public:
  ServerProcess() = default;
  explicit ServerProcess(pid_t pid) : pid_(pid) {}
  ~ServerProcess() { end(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  void take(pid_t pid) {
    end();
    pid_ = pid;
  }
  // True once it has exited by itself.
  bool has_ended();
  void end();

 private:
  pid_t pid_ = -1;
};

// Whether a server accepts connections at 127.0.0.1:port.
bool answers(int port);

}  // namespace eka::git::test
