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

// A server that listens, until it is shut down or goes away.
class Server {
 public:
  // What a test puts in the place of the real things.
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

  // Takes the data folder for itself, recovers what is in it, and listens.
  // INVALID_ARGUMENT for options that make no sense; FAILED_PRECONDITION if the
  // folder is another server's, of a newer version, or not writable;
  // ALREADY_EXISTS if the port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       Parts parts = {});
  ~Server();  // shuts down without grace

  // The port it listens on; the free one that was found for port 0.
  int port() const;
  // The same of the metrics; 0 without them.
  int metrics_port() const;

  // Reads config and access again; what came of it is in the log.
  void ReadAgain();

  // Tells health checks and watchers, puts running work back to the queue, lets
  // calls end until `grace` is over, and closes everything. Nothing else may be called afterwards.
  void Shutdown(absl::Duration grace);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SERVER_H_
