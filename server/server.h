#ifndef BRAINALIGN_SERVER_SERVER_H_
#define BRAINALIGN_SERVER_SERVER_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/config/options.h"
#include "server/config/reload.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_types.h"
#include "server/logs/error_log.h"
#include "server/runtime/clock.h"

namespace rocksdb {
class Env;
}

namespace brainalign {

// A listening server, until it is shut down or destroyed.
class Server {
 public:
  // Replacements of parts in tests.
  struct Parts {
    AlignmentFactory alignment_factory;  // empty: Alignment::Create
    // Empty: threads of this process.
    std::function<absl::StatusOr<std::unique_ptr<Executor>>()> make_executor;
    Clock clock;                                 // empty: the system's
    SteadyClock steady_clock;                    // empty: the system's
    std::shared_ptr<rocksdb::Env> database_env;  // null: the system's
    std::shared_ptr<ErrorLog> errors;            // null: none can be asked for
    Reload::Read read_options;                   // empty: they never change
  };

  // Locks the data folder, recovers its content, and listens. INVALID_ARGUMENT for invalid options;
  // FAILED_PRECONDITION if the folder is in use by another server, has a newer version, or is not
  // writable; ALREADY_EXISTS if the port is in use.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       Parts parts = {});
  ~Server();  // shuts down without grace

  // The port it listens on; the free one that was found for port 0.
  int port() const;
  // The same of the metrics; 0 without them.
  int metrics_port() const;

  // Reads config and access again, and logs the outcome.
  void ReadAgain();

  // Notifies health checks and watchers, returns running executions to the queue, gives open calls
  // the time `grace` to finish, and closes everything. Nothing else may be called afterwards.
  void Shutdown(absl::Duration grace);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SERVER_H_
