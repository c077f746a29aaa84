#include "tests/end_to_end/forgetful_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

// How often it looks whether it is to stop.
constexpr int kLookMilliseconds = 100;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool SendAll(int to, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(to, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

ForgetfulProxy::ForgetfulProxy(const std::string& server, std::chrono::milliseconds idle_limit)
    : server_port_(std::stoi(server.substr(server.rfind(':') + 1))), idle_limit_(idle_limit) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(listener_, 16), 0);
  EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ForgetfulProxy::~ForgetfulProxy() {
  stopping_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

std::string ForgetfulProxy::address() const { return "127.0.0.1:" + std::to_string(port_); }

void ForgetfulProxy::Accept() {
  while (!stopping_) {
    pollfd waiting = {listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kLookMilliseconds) != 1) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ++connections_;
    const std::lock_guard<std::mutex> lock(mutex_);
    threads_.emplace_back([this, client] { Serve(client); });
  }
}

void ForgetfulProxy::Serve(int client) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(server_port_);
  bool open = ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  const std::array<int, 2> ends = {client, server};
  std::array<char, 65536> buffer = {};
  bool forgotten = false;
  auto last_said = std::chrono::steady_clock::now();
  while (open && !stopping_) {
    std::array<pollfd, 2> waiting = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), kLookMilliseconds);
    const auto now = std::chrono::steady_clock::now();
    if (!forgotten && now - last_said > idle_limit_) {
      forgotten = true;
      ++forgotten_;
    }
    for (std::size_t i = 0; i < ends.size() && open; ++i) {
      if (waiting[i].revents == 0) continue;
      const ssize_t size = ::recv(ends[i], buffer.data(), buffer.size(), 0);
      last_said = now;
      // The end of one is not told to the other either, once they are forgotten.
      if (size <= 0) open = false;
      if (size > 0 && !forgotten) {
        open = SendAll(ends[1 - i], buffer.data(), static_cast<std::size_t>(size));
      }
    }
  }
  // After an end was seen, the other one stays as it is until the proxy goes.
  if (forgotten) {
    while (!stopping_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kLookMilliseconds));
    }
  }
  ::close(client);
  ::close(server);
}

}  // namespace brainalign
