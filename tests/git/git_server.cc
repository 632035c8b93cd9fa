#include "tests/git/git_server.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/git/server_process.h"

namespace eka::git::test {
namespace {

constexpr int backends = 4;

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// clang-format off
constexpr const char* configuration = R"nginx(
daemon off; worker_processes 1; @USER@ pid @HOME@/nginx.pid; error_log @HOME@/error.log warn;
events { worker_connections 1024; }
http {
  client_body_temp_path @HOME@/t1; fastcgi_temp_path @HOME@/t2; proxy_temp_path @HOME@/t3; scgi_temp_path @HOME@/t4;
  uwsgi_temp_path @HOME@/t5;
  map $request_body $git_command { default "-"; "~command=(?<command>[a-z-]+)" $command; }
  log_format requests '$connection|$server_port|$request_method|$request_uri|$status|$http_authorization|'
                      '$http_git_protocol|$sent_http_content_encoding|$git_command|$server_protocol';
  access_log @HOME@/access.log requests;
  client_max_body_size 0; client_body_buffer_size 1m; keepalive_requests 100000;
  gzip on; gzip_min_length 0; gzip_types application/x-git-upload-pack-result;
  upstream backends { least_conn; @BACKENDS@ }
  fastcgi_param SCRIPT_FILENAME @EXEC@/git-http-backend;
  fastcgi_param GIT_PROJECT_ROOT @HOME@/root;
  fastcgi_param GIT_HTTP_EXPORT_ALL 1;
  fastcgi_param QUERY_STRING $query_string;
  fastcgi_param REQUEST_METHOD $request_method;
  fastcgi_param CONTENT_TYPE $content_type;
  fastcgi_param CONTENT_LENGTH $content_length;
  fastcgi_param PATH_INFO $path_info;
  fastcgi_param HTTP_GIT_PROTOCOL $git_protocol;
  fastcgi_param HOME @HOME@;
  fastcgi_param GIT_CONFIG_COUNT 1;
  fastcgi_param GIT_CONFIG_KEY_0 safe.directory;
  fastcgi_param GIT_CONFIG_VALUE_0 *;
  server {
    listen 127.0.0.1:@PORT@; listen 127.0.0.1:@PORT2@; listen 127.0.0.1:@PORT3@ ssl http2;
    ssl_certificate @HOME@/certificate.pem; ssl_certificate_key @HOME@/key.pem;
    set $git_protocol $http_git_protocol;
    location = /sync { return 204; }
    location ~ ^/old(?<path_info>/.*)$ { set $git_protocol ""; fastcgi_pass backends; }
    location ~ ^/moved(?<rest>/.*)$ { return 302 $rest$is_args$args; }
    location ~ ^/away(?<rest>/.*)$ { return 302 http://127.0.0.1:@PORT2@$rest$is_args$args; }
    location ~ ^/private(?<path_info>/.*)$ { if ($http_authorization = "") { return 401; } fastcgi_pass backends; }
    location ~ ^/fickle(?<path_info>/.*/git-upload-pack)$ { return 307 $path_info; }
    location ~ ^/fickle(?<path_info>/.*)$ { fastcgi_pass backends; }
    location ~ ^/circle { return 302 $request_uri; }
    location ~ ^/login { default_type text/html; return 200 "<html>Who are you?</html>"; }
    location ~ ^/shy(?<path_info>/.*)$ { if ($http_user_agent !~ "^git/[0-9]") { return 200 "<html>Log in</html>"; } fastcgi_pass backends; }
    location ~ ^/mine(?<path_info>/.*)$ { if ($http_user_agent != "mine/1") { return 403; } fastcgi_pass backends; }
    location ~ ^/small(?<path_info>/.*)$ { client_max_body_size 20k; fastcgi_pass backends; }
    location ~ ^(?<path_info>/.*)$ { fastcgi_pass backends; }
  }
}
)nginx";
// clang-format on

}  // namespace

GitServer::GitServer() {
  std::filesystem::create_directories(root());
  shell(home_.path(),
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out certificate.pem"
        " -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null");
  for (int i = 0; i < backends; ++i) {
    children_.push_back(
        start({"/usr/sbin/fcgiwrap", "-s", "unix:" + (home_.path() / ("b" + std::to_string(i))).string()}));
  }
  for (int tries = 0; tries < 20; ++tries) {
    if (start_nginx()) return;
  }
  throw std::runtime_error("nginx does not start: " + read_file(home_.path() / "error.log"));
}

GitServer::~GitServer() {
  for (const pid_t child : children_) kill(child, SIGTERM);
  for (const pid_t child : children_) waitpid(child, nullptr, 0);
}

pid_t GitServer::start(const std::vector<std::string>& argv) const {
  return start_server(argv, home_.path() / "children.log");
}

void GitServer::configure() const {
  std::string text = configuration;
  std::string upstream;
  for (int i = 0; i < backends; ++i) {
    upstream += "server unix:" + (home_.path() / ("b" + std::to_string(i))).string() + " max_fails=0; ";
  }
  std::string exec = shell(home_.path(), "git --exec-path");
  exec.pop_back();
  text = replace_all(text, "@BACKENDS@", upstream);
  text = replace_all(text, "@EXEC@", exec);
  text = replace_all(text, "@HOME@", home_.path().string());
  text = replace_all(text, "@USER@", getuid() == 0 ? "user root;" : "");
  text = replace_all(text, "@PORT3@", std::to_string(port_ + 2));
  text = replace_all(text, "@PORT2@", std::to_string(port_ + 1));
  text = replace_all(text, "@PORT@", std::to_string(port_));
  write_file(home_.path() / "nginx.conf", text);
}

// nginx binds the ports itself; if it cannot, others are tried.
bool GitServer::start_nginx() {
  std::random_device random;
  port_ = 10'000 + 3 * static_cast<int>(random() % 7'000);
  configure();
  const pid_t nginx = start({"/usr/sbin/nginx", "-p", home_.path().string(), "-c",
                             (home_.path() / "nginx.conf").string(), "-e", (home_.path() / "error.log").string()});
  const auto ready = [this] {
    std::error_code error;
    return std::filesystem::file_size(home_.path() / "nginx.pid", error) > 0 && !error;
  };
  while (!ready()) {
    if (waitpid(nginx, nullptr, WNOHANG) == nginx) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  children_.push_back(nginx);
  return true;
}

// The only worker writes log lines in the order of its responses: once a request of this process is logged, so are all
// earlier ones.
std::vector<LoggedRequest> GitServer::log() const {
  std::random_device random;
  const std::string mark = "/sync?" + std::to_string(random());
  shell(home_.path(), "curl -sf '" + url() + mark + "'");
  std::vector<LoggedRequest> out;
  while (true) {
    std::istringstream text(read_file(home_.path() / "access.log"));
    bool complete = false;
    out.clear();
    for (std::string line; std::getline(text, line);) {
      std::istringstream fields(line);
      LoggedRequest request;
      for (std::string LoggedRequest::* field :
           {&LoggedRequest::connection, &LoggedRequest::port, &LoggedRequest::method, &LoggedRequest::path,
            &LoggedRequest::status, &LoggedRequest::authorization, &LoggedRequest::protocol, &LoggedRequest::encoding,
            &LoggedRequest::command, &LoggedRequest::http}) {
        std::getline(fields, request.*field, '|');
      }
      if (request.path == mark) complete = true;
      if (!request.path.starts_with("/sync")) out.push_back(request);
    }
    if (complete) return out;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace eka::git::test
