#ifndef BRAINALIGN_SERVER_CALLS_CREDENTIALS_H_
#define BRAINALIGN_SERVER_CALLS_CREDENTIALS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace brainalign {

// The facts that a transport has about one call and its caller. They do not apply to the next call
// of the same connection.
struct Credentials {
  std::optional<std::string> authorization;  // "Bearer TOKEN"; nothing: none was sent
  // In the certificate that the client has proved to have.
  std::vector<std::string> certificate_names;
  std::string peer;        // address, for the log
  std::string request_id;  // ChooseRequestId
  // None of these is empty. Each may be called by any thread.
  // Whether the client waits no more.
  std::function<bool()> is_gone = [] { return false; };
  // Whether the time is over that the client gave the call. `is_gone` may follow a little later.
  std::function<bool()> is_past_deadline = [] { return false; };
  // Ends the call: a wait for its client returns, and `is_gone` is true.
  std::function<void()> cancel = [] {};
};

// The id that names a call in the logs: the one that the client gave, if it is short and of
// letters, digits, '-' and '_'; else a random one.
std::string ChooseRequestId(const std::optional<std::string>& given);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_CREDENTIALS_H_
