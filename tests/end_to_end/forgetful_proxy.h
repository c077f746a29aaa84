#ifndef BRAINALIGN_TESTS_END_TO_END_FORGETFUL_PROXY_H_
#define BRAINALIGN_TESTS_END_TO_END_FORGETFUL_PROXY_H_

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace brainalign {

// Stands between clients and a server on loopback as a firewall does that forgets connections
// on which nothing was said for a while: from then on it swallows what either end says, and
// tells neither.
class ForgetfulProxy {
 public:
  // `server` is 127.0.0.1:PORT.
  ForgetfulProxy(const std::string& server, std::chrono::milliseconds idle_limit);
  ~ForgetfulProxy();

  // Where it listens.
  std::string address() const;
  int connections() const { return connections_; }
  int forgotten() const { return forgotten_; }

 private:
  void Accept();
  void Serve(int client);

  // Fixed after construction.
  const int server_port_;
  const std::chrono::milliseconds idle_limit_;
  int listener_ = -1;
  int port_ = 0;

  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::atomic<int> forgotten_{0};
  std::mutex mutex_;
  std::vector<std::thread> threads_;  // guarded by mutex_

  std::thread acceptor_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_END_TO_END_FORGETFUL_PROXY_H_
