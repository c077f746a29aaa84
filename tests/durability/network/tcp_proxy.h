#ifndef BRAINALIGN_TESTS_DURABILITY_NETWORK_TCP_PROXY_H_
#define BRAINALIGN_TESTS_DURABILITY_NETWORK_TCP_PROXY_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/durability/network/message_tracker.h"

namespace brainalign {

// What befalls a connection, and where.
struct Trouble {
  enum Kind {
    kClose,  // both ends are told that the other one has gone
    kReset,  // the same, and what is under way is thrown away
    kStall,  // nothing passes in this direction for a while
    kDelay,  // for a while everything passes in small pieces, each late
  };
  Kind kind = kClose;
  bool from_client = true;  // which direction the place is in
  Place place;

  bool breaks() const { return kind == kClose || kind == kReset; }
};

// Stands between clients and a server on loopback and makes trouble by script. Each
// connection in turn takes the next trouble, and one more after each that leaves it
// alive.
class TcpProxy {
 public:
  // `server` is 127.0.0.1:PORT. Messages with less content than `least_bytes` do not
  // count for places.
  TcpProxy(const std::string& server, std::int64_t least_bytes);
  ~TcpProxy();

  // Where it listens.
  std::string address() const;

  // What comes next. Forgets what was not used up and the counts.
  void SetScript(std::deque<Trouble> script);

  // Troubles that were made, and those of the script that nothing came to.
  std::vector<Trouble> made() const;
  std::deque<Trouble> left() const;
  // Counted messages that clients sent, in order for each stream of each connection: the
  // first bytes of their content.
  using Stream = std::pair<int, std::uint32_t>;
  std::map<Stream, std::vector<std::string>> sent_by_clients() const;
  // Content of counted messages that clients sent and the server was handed.
  std::int64_t content_from_clients() const;

 private:
  // A connection: two sockets, and what is read along in each direction.
  struct Line;

  void Accept();
  void Serve(int client);
  void TakeNextTrouble(Line& line);
  // Hands on what came from one end. False if the connection has ended.
  bool Pass(Line& line, bool from_client);
  // Makes the trouble that is due; false if the connection is gone after it.
  bool Make(Line& line);
  bool Send(Line& line, int to, const char* data, std::size_t size);
  // False if the proxy goes away meanwhile.
  bool Pause(std::chrono::milliseconds time);

  // Fixed after construction.
  const int server_port_;
  const std::int64_t least_bytes_;
  int listener_ = -1;
  int port_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  // Guarded by mutex_.
  bool stopping_ = false;
  std::deque<Trouble> script_;
  std::vector<Trouble> made_;
  std::int64_t content_from_clients_ = 0;
  int last_connection_ = 0;
  std::map<Stream, std::vector<std::string>> sent_by_clients_;
  std::set<int> open_;  // sockets
  std::vector<std::thread> connections_;

  std::thread acceptor_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_NETWORK_TCP_PROXY_H_
