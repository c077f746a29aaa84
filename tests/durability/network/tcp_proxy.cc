#include "tests/durability/network/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

constexpr std::size_t kReadBytes = 64 << 10;
constexpr std::chrono::milliseconds kStallTime{150};
// What is delayed: so many pieces of so many bytes, each so late.
constexpr int kLatePieces = 24;
constexpr std::size_t kLatePieceBytes = 1461;
constexpr std::chrono::milliseconds kLateness{4};

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// Makes closing it throw away what is under way.
void ResetOnClose(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

TcpProxy::TcpProxy(const std::string& server, std::int64_t least_bytes)
    : server_port_([&] {
        int port = 0;
        EXPECT_TRUE(absl::SimpleAtoi(server.substr(server.rfind(':') + 1), &port)) << server;
        return port;
      }()),
      least_bytes_(least_bytes) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(listener_, 64), 0);
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TcpProxy::~TcpProxy() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  stopped_.notify_all();
  shutdown(listener_, SHUT_RDWR);  // ends accept
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
  close(listener_);
}

std::string TcpProxy::address() const { return absl::StrCat("127.0.0.1:", port_); }

void TcpProxy::SetScript(std::deque<Trouble> script) {
  const std::lock_guard<std::mutex> lock(mutex_);
  script_ = std::move(script);
  made_.clear();
  sent_by_clients_.clear();
  content_from_clients_ = 0;
}

std::vector<Trouble> TcpProxy::made() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return made_;
}

std::deque<Trouble> TcpProxy::left() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return script_;
}

std::map<TcpProxy::Stream, std::vector<std::string>> TcpProxy::sent_by_clients() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sent_by_clients_;
}

std::int64_t TcpProxy::content_from_clients() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return content_from_clients_;
}

struct TcpProxy::Line {
  Line(int c, int s, std::int64_t least_bytes)
      : client(c), server(s), up(true, least_bytes), down(false, least_bytes) {}

  const int client;
  const int server;
  MessageTracker up;    // what the client sends
  MessageTracker down;  // what the server sends
  std::optional<Trouble> trouble;
  int late_pieces = 0;
};

void TcpProxy::Accept() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_ || client < 0) {
      if (client >= 0) close(client);
      return;
    }
    open_.insert(client);
    connections_.emplace_back([this, client] { Serve(client); });
  }
}

void TcpProxy::Serve(int client) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(server_port_);
  bool alive = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  SendAtOnce(client);
  SendAtOnce(server);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.insert(server);
    alive = alive && !stopping_;
  }
  Line line(client, server, least_bytes_);
  int number = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    number = ++last_connection_;
  }
  line.up.Observe([this, number](std::uint32_t stream, const std::string& front) {
    const std::lock_guard<std::mutex> lock(mutex_);
    sent_by_clients_[{number, stream}].push_back(front);
  });
  TakeNextTrouble(line);
  while (alive) {
    pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    // Shutting the sockets down wakes it.
    if (poll(ends, 2, /*timeout=*/-1) < 0) continue;
    if (ends[0].revents != 0) alive = Pass(line, /*from_client=*/true);
    if (alive && ends[1].revents != 0) alive = Pass(line, /*from_client=*/false);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const int fd : {client, server}) {
    open_.erase(fd);
    close(fd);
  }
}

void TcpProxy::TakeNextTrouble(Line& line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  line.trouble.reset();
  if (script_.empty()) return;
  line.trouble = script_.front();
  script_.pop_front();
  (line.trouble->from_client ? line.up : line.down).Seek(line.trouble->place);
}

bool TcpProxy::Pass(Line& line, bool from_client) {
  char buffer[kReadBytes];
  const ssize_t count = recv(from_client ? line.client : line.server, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  MessageTracker& tracker = from_client ? line.up : line.down;
  const int to = from_client ? line.server : line.client;
  std::size_t done = 0;
  while (done < static_cast<std::size_t>(count)) {
    const std::int64_t before = tracker.content_bytes();
    const MessageTracker::Step step =
        tracker.Take(buffer + done, static_cast<std::size_t>(count) - done);
    if (!Send(line, to, buffer + done, step.bytes)) return false;
    done += step.bytes;
    if (from_client) {
      const std::lock_guard<std::mutex> lock(mutex_);
      content_from_clients_ += tracker.content_bytes() - before;
    }
    if (step.reached && !Make(line)) return false;
  }
  return true;
}

bool TcpProxy::Make(Line& line) {
  const Trouble trouble = *line.trouble;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    made_.push_back(trouble);
  }
  switch (trouble.kind) {
    case Trouble::kClose:
      shutdown(line.client, SHUT_WR);
      shutdown(line.server, SHUT_WR);
      return false;
    case Trouble::kReset:
      ResetOnClose(line.client);
      ResetOnClose(line.server);
      return false;
    case Trouble::kStall:
      if (!Pause(kStallTime)) return false;
      break;
    case Trouble::kDelay:
      line.late_pieces = kLatePieces;
      break;
  }
  TakeNextTrouble(line);
  return true;
}

bool TcpProxy::Send(Line& line, int to, const char* data, std::size_t size) {
  while (size > 0) {
    std::size_t piece = size;
    if (line.late_pieces > 0) {
      --line.late_pieces;
      piece = std::min(piece, kLatePieceBytes);
      if (!Pause(kLateness)) return false;
    }
    const ssize_t sent = send(to, data, piece, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool TcpProxy::Pause(std::chrono::milliseconds time) {
  std::unique_lock<std::mutex> lock(mutex_);
  return !stopped_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace brainalign
